"""What is to be delivered outside, written down with the change that it follows from."""
