"""Entries that should not be in the books, by what went wrong with them."""
