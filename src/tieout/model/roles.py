"""What a column is for."""

from enum import StrEnum


class Role(StrEnum):
    """The part a column plays in a comparison."""

    KEY = "key"  # identifies the record on both sides
    AMOUNT = "amount"
    CURRENCY = "currency"
    DATE = "date"
    CRITERIA = "criteria"  # must agree between the sides
    DERIVED = "derived"  # computed from others, a difference for instance
    COMMENT = "comment"  # words people wrote
    PARTY = "party"
    ACCOUNT = "account"
    ORIGINAL_AMOUNT = "original_amount"  # before conversion into `currency`
    ORIGINAL_CURRENCY = "original_currency"
