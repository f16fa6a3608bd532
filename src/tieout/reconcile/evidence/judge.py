"""Compared rows in, their bucket, confidence and evidence out."""

import numpy as np
import polars as pl

from tieout.reconcile.evidence.decide import decide
from tieout.reconcile.evidence.equations import write_equations
from tieout.reconcile.evidence.fee_search import find_schedules
from tieout.reconcile.evidence.fees import Schedule
from tieout.reconcile.evidence.forms import Forms, fee_fits, fit_forms, strengths, unexplained
from tieout.reconcile.evidence.rates import RateBook
from tieout.reconcile.evidence.work import Floats, Ints, Work

# A fee is taken from one side. Differences that go either way alike are of another kind.
_ONE_WAY_MIN = 0.8


class Judge:
    """Knows the rates and schedules of a run; schedules are learnt from what it is shown."""

    def __init__(self, work: Work, book: RateBook, schedules: list[Schedule]) -> None:
        self.work = work
        self.book = book
        self.schedules = schedules

    def examine(self, compared: pl.DataFrame) -> Forms:
        """The forms that fit, fees left out."""
        return fit_forms(compared, self.book, self.work)

    def learn_fees(self, shown: list[tuple[pl.DataFrame, Forms]]) -> None:
        """Add the schedules that explain many of the differences which nothing else explains."""
        parts = [unexplained(compared, forms) for compared, forms in shown]
        difference, gross, unit, *signs = (
            np.concatenate(each) for each in zip(*parts, strict=True)
        )
        open_rows = np.ones(len(difference), np.bool_)
        for schedule in self.schedules:
            open_rows &= ~schedule.fits(difference, gross, unit=unit)
        found = find_schedules(difference[open_rows], gross[open_rows], unit=unit[open_rows])
        for schedule in found:
            fits = schedule.fits(difference, gross, unit=unit)
            if any(_one_way(sign[fits]) for sign in signs):
                self.schedules.append(schedule)

    def decide(self, compared: pl.DataFrame, forms: Forms | None = None) -> pl.DataFrame:
        """`compared` with bucket, confidence and evidence."""
        forms = self.examine(compared) if forms is None else forms
        fees = fee_fits(compared, forms, self.schedules)
        buckets, confidence = self._decided(forms, fees, compared.height)
        judged = compared.with_columns(buckets.alias("bucket"), pl.Series("confidence", confidence))
        evidence = write_equations(judged, forms, fees, self.schedules, self.work)
        return judged.with_columns(evidence.alias("evidence"))

    def buckets(self, compared: pl.DataFrame) -> pl.Series:
        """The buckets that `decide` gives, without their evidence."""
        forms = self.examine(compared)
        fees = fee_fits(compared, forms, self.schedules)
        return self._decided(forms, fees, compared.height)[0].alias("bucket")

    def _decided(self, forms: Forms, fees: Ints, rows: int) -> tuple[pl.Series, Floats]:
        return decide(strengths(forms, fees, self.schedules), rows)


def _one_way(signs: Ints) -> bool:
    most = max(int((signs > 0).sum()), int((signs < 0).sum()))
    return most >= _ONE_WAY_MIN * len(signs)
