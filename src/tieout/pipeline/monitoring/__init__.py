"""Watching end to end: columns found, rows read, minutes judged, the run folder written."""
