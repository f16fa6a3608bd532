"""One record at a time, in memory: the same judgement as of a table, without its price."""
