"""The queue of work: runs and their findings, incidents, cases, and what people decide."""
