"""Closing a period: its tasks, its ledger, what is tested in it, and what moved. No database."""
