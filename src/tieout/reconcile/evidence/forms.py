"""Which forms of difference fit two amounts under one key: everything but the fee schedules."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from tieout.model.buckets import Bucket
from tieout.reconcile.evidence.amounts import (
    is_rounding,
    is_sign_flip,
    same_sign,
    shifted_places,
    swapped_place,
)
from tieout.reconcile.evidence.codes import differing_accounts, differing_criteria
from tieout.reconcile.evidence.compare import units_of
from tieout.reconcile.evidence.dates import DateFit, compare_dates
from tieout.reconcile.evidence.decide import STRENGTH, STRENGTH_OF_NONE
from tieout.reconcile.evidence.fees import Schedule, first_fit
from tieout.reconcile.evidence.fx import FxFit, fit_rates, own_rate_explains
from tieout.reconcile.evidence.partial import one_way, partial_odds
from tieout.reconcile.evidence.rates import RateBook
from tieout.reconcile.evidence.work import Flags, Floats, Ints, Work

# A code that differs is the reason; dates that differ as well are worth a mention.
_BESIDE_A_CODE = 0.3
# Two rates from the right range, but of no date that we know, or of too many.
_NO_KNOWN_DATE = 0.7
# Nothing makes a payment in part surer than this, as nothing computes its amount.
_ODDS_OF_PARTS = (1 / 9, 19.0)


@dataclass(frozen=True)
class Forms:
    """What fits each row of `compared` (see `compare.pairs_of`).

    equal: amounts and currencies agree. differ: amounts differ in one currency. renamed: equal
    numbers in two currencies.
    place, shift: swapped digits and power of ten, -1 and 0 where there are none.
    partial: odds that it is a payment in part, 0 where it cannot be one. left_pays: the left amount
    is the smaller one.
    """

    unit: Ints
    equal: Flags
    differ: Flags
    renamed: Flags
    sign_flip: Flags
    rounding: Flags
    place: Ints
    shift: Ints
    fx: FxFit
    own_rate: Flags
    partial: Floats
    left_pays: Flags
    criteria: pl.Series
    account: Flags
    dates: DateFit

    @property
    def size(self) -> tuple[Flags, Flags]:
        """Amounts that are explained by their digits alone, and by those or a rate."""
        digits = self.sign_flip | self.rounding | (self.place >= 0) | (self.shift > 0)
        return digits, digits | self.fx.fits


def fit_forms(compared: pl.DataFrame, book: RateBook, work: Work) -> Forms:
    """Try each form on each row."""
    left, right = compared["amount_left"].to_numpy(), compared["amount_right"].to_numpy()
    lines = np.maximum(compared["lines_left"].to_numpy(), compared["lines_right"].to_numpy())
    unit = units_of(compared, work.scale)
    one_currency = (compared["currency_left"] == compared["currency_right"]).to_numpy()
    differ = one_currency & (left != right)
    return Forms(
        unit=unit,
        equal=one_currency & (left == right),
        differ=differ,
        renamed=~one_currency & (left == right),
        sign_flip=differ & is_sign_flip(left, right),
        rounding=differ & is_rounding(left, right, unit=unit, lines=lines),
        place=np.where(differ, swapped_place(left, right, unit=unit), -1),
        shift=np.where(differ, shifted_places(left, right), 0),
        fx=fit_rates(compared, book, unit=unit),
        own_rate=own_rate_explains(compared, book, unit=unit),
        partial=partial_odds(compared, differ, unit, work),
        left_pays=np.abs(left) < np.abs(right),
        criteria=differing_criteria(compared, work),
        account=differing_accounts(compared, work),
        dates=compare_dates(compared, work),
    )


def unexplained(compared: pl.DataFrame, forms: Forms) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Differences in which fees may show, with the gross amount, the minor unit and two signs.

    The signs say which side is larger, and which is larger without regard to the sign.
    """
    difference, gross = fee_amounts(compared)
    left, right = compared["amount_left"].to_numpy(), compared["amount_right"].to_numpy()
    rows = forms.differ & same_sign(left, right) & ~forms.size[1]
    larger, longer = np.sign(left - right), np.sign(np.abs(left) - np.abs(right))
    return difference[rows], gross[rows], forms.unit[rows], larger[rows], longer[rows]


def fee_amounts(compared: pl.DataFrame) -> tuple[Ints, Ints]:
    """Difference of the absolute amounts, and the larger of them."""
    left = np.abs(compared["amount_left"].to_numpy())
    right = np.abs(compared["amount_right"].to_numpy())
    return np.abs(left - right), np.maximum(left, right)


def fee_fits(compared: pl.DataFrame, forms: Forms, schedules: list[Schedule]) -> Ints:
    """Number of the schedule that explains each row, -1 where none does."""
    difference, gross = fee_amounts(compared)
    left, right = compared["amount_left"].to_numpy(), compared["amount_right"].to_numpy()
    number = first_fit(schedules, difference, gross, unit=forms.unit)
    return np.where(forms.differ & same_sign(left, right), number, -1)


def strengths(forms: Forms, fees: Ints, schedules: list[Schedule]) -> dict[Bucket, Floats]:
    """How strongly each bucket is supported in each row, 0 where it does not fit."""
    transposed = (forms.place >= 0) | (forms.shift > 0)
    support = np.array([schedule.strength for schedule in schedules] or [0.0])
    code = forms.criteria.ne("").to_numpy() & forms.equal
    account = forms.account & forms.equal & ~code
    beside: Floats = np.where(forms.equal, np.where(code | account, _BESIDE_A_CODE, 1.0), 0.0)
    explained = forms.size[1] | (fees >= 0)
    fitting: dict[Bucket, Floats] = {
        Bucket.SIGN_FLIP: forms.sign_flip.astype(np.float64),
        Bucket.ROUNDING: forms.rounding.astype(np.float64),
        Bucket.TRANSPOSITION: transposed.astype(np.float64),
        Bucket.FX_RATE: np.where(
            forms.fx.fits,
            np.maximum(1 - forms.fx.coverage, _NO_KNOWN_DATE),
            np.where(forms.fx.within & ~explained, _NO_KNOWN_DATE, 0.0),
        ),
        Bucket.FEE_OR_TAX: np.where(fees >= 0, support[fees], 0.0),
        Bucket.STATIC_DATA: (code | forms.renamed | forms.own_rate).astype(np.float64),
        Bucket.WRONG_REFERENCE: account.astype(np.float64),
        Bucket.CUT_OFF: np.where(forms.dates.period | forms.dates.hour, beside, 0.0),
        Bucket.TIMING: np.where(forms.dates.timing, beside, 0.0),
    }
    found = {bucket: flags * STRENGTH[bucket] for bucket, flags in fitting.items()}
    return found | {Bucket.PARTIAL_PAYMENT: _partial(forms, ~explained & ~forms.fx.within)}


def _partial(forms: Forms, unexplained: Flags) -> Floats:
    """Its odds against what no form explains."""
    open_rows = unexplained & (forms.partial > 0)
    odds = forms.partial * one_way(forms.left_pays, open_rows)
    return np.where(open_rows, np.clip(odds, *_ODDS_OF_PARTS) * STRENGTH_OF_NONE, 0.0)
