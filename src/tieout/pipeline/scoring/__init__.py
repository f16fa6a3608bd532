"""Scoring records in memory by the models of a workspace: nothing is written, no run is made."""
