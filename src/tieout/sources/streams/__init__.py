"""Streams: batches of events from brokers and databases, each with a place to go on from."""
