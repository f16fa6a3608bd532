"""Tables of the cases app, step by step."""
