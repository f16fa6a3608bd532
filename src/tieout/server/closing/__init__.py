"""Closing periods: tasks and sign-offs, the ledger's tables, certified balances, locks."""
