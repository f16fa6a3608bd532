"""The audit log: what was done, by whom, in a chain that cannot be changed unseen."""
