"""What to do about a break: computed from its evidence and from what people decided before."""
