"""Isolation forests as plain arrays, walked without scikit-learn."""
