"""Any source as a table of numbers, categories and moments, the way detectors see it."""

from tieout.sources.typed.read import ReadTable, read_table

__all__ = ["ReadTable", "read_table"]
