"""What comes in through the API: scored transactions, uploads, and answers kept for repeats."""
