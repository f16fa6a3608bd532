"""Proposals about cases: who approved what, what was done, and what was learnt."""
