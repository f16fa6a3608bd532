"""The kinds of break, and the two outcomes that are not a cause."""

from enum import StrEnum


class Bucket(StrEnum):
    """Why two records did not tie out. `ambiguous` and `unknown` are outcomes, not causes."""

    TIMING = "timing"
    CUT_OFF = "cut_off"
    MISSING_LEFT = "missing_left"
    MISSING_RIGHT = "missing_right"
    LATE_FEED = "late_feed"
    DUPLICATE = "duplicate"
    ROUNDING = "rounding"
    FX_RATE = "fx_rate"
    FEE_OR_TAX = "fee_or_tax"
    SIGN_FLIP = "sign_flip"
    TRANSPOSITION = "transposition"
    SPLIT_OR_AGGREGATE = "split_or_aggregate"
    PARTIAL_PAYMENT = "partial_payment"
    WRONG_REFERENCE = "wrong_reference"
    STATIC_DATA = "static_data"
    REVERSAL = "reversal"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


CAUSES = tuple(b for b in Bucket if b not in {Bucket.AMBIGUOUS, Bucket.UNKNOWN})

# The next step an operator usually takes; a workspace's precedents replace it.
NEXT_STEP = {
    Bucket.TIMING: "Carry forward until the counterpart is due.",
    Bucket.CUT_OFF: "Agree the period with the counterparty; accrue in the earlier one.",
    Bucket.MISSING_LEFT: "Ask the left side's owner for the record, or book it there.",
    Bucket.MISSING_RIGHT: "Ask the right side's owner for the record, or book it there.",
    Bucket.LATE_FEED: "Load the missing file and run again before looking at single rows.",
    Bucket.DUPLICATE: "Confirm that it was entered twice, then reverse the extra entry.",
    Bucket.ROUNDING: "Write off to the rounding account within the limit.",
    Bucket.FX_RATE: "Revalue with the agreed rate of the day and book the difference.",
    Bucket.FEE_OR_TAX: "Book the fee or tax to its account.",
    Bucket.SIGN_FLIP: "Reverse the entry and book it with the right sign.",
    Bucket.TRANSPOSITION: "Correct the mistyped amount at its source.",
    Bucket.SPLIT_OR_AGGREGATE: "Match the parts to the whole, then look at what is left over.",
    Bucket.PARTIAL_PAYMENT: "Keep the residue open and chase the payer for it.",
    Bucket.WRONG_REFERENCE: "Correct the reference so that both sides carry the same one.",
    Bucket.STATIC_DATA: "Correct the currency or code in the master data.",
    Bucket.REVERSAL: "Book the return on the other side, against the original.",
    Bucket.AMBIGUOUS: "Choose the right counterpart by hand.",
    Bucket.UNKNOWN: "Look at both records; no rule explains the difference.",
}
