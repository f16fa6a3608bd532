"""Practice events: weeks of payment attempts, and incidents that move their rates."""

from tieout.practice.rates.generate import RatesWritten, generate_rates

__all__ = ["RatesWritten", "generate_rates"]
