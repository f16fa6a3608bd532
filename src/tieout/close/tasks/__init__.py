"""The tasks of a period: in which order, until when, and what a delay does to the close."""
