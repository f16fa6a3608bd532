"""Judging: what is out of pattern, in breaks, payments, journals and any table."""
