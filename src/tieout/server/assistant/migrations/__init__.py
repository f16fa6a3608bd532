"""Tables of the assistant, step by step."""
