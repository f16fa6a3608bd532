"""Practice payments: a year of people's cards, and labels for what is not theirs."""

from tieout.practice.payments.generate import PaymentsWritten, generate_payments

__all__ = ["PaymentsWritten", "generate_payments"]
