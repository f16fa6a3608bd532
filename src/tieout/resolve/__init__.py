"""Proposals with their evidence, what people decided before, and the actions that follow."""
