"""Episodes of live monitors: what is kept of a stream, what was told, and what people said."""
