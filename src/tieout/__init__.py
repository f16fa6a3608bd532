"""Tieout: tie out two records of the same money, and carry every difference to its end."""

__version__ = "0.1.0"
