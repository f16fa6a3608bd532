"""Tables of the outbox, step by step."""
