"""A ledger from files: journals, accounts, trial balances, and what is wrong in them."""
