"""What people decided teaches the next run: measured on held-out decisions before it is used."""
