"""Statements as banks send them, each entry one record; one file a format."""
