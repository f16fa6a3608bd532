"""Scans over all combinations of attribute values for the one that explains a change."""
