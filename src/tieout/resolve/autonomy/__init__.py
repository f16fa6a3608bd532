"""What may be done without asking, and how that is earned and lost."""
