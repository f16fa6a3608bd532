"""Labelled practice data: what a run should find is known before it starts."""
