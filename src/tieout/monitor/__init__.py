"""Watching: counts by minute, limits that fit them, and episodes as a pure state machine."""
