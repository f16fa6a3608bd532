"""What a language model says of cases, what it costs, and what people made of it."""
