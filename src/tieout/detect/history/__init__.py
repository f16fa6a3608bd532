"""Breaks against their history: per key, per peer group, each day against its own past."""
