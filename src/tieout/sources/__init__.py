"""Anything becomes a typed table and a list of rejects."""
