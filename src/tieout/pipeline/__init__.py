"""One job end to end: reads, runs the steps, writes the run folder and its manifest."""
