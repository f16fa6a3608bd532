"""Detectors, one a file: each learns from history, scores rows and says why."""
