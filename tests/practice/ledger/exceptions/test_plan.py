import numpy as np
import pytest

from tieout.practice.ledger.calendar import is_workday, workdays_of
from tieout.practice.ledger.entries import KINDS
from tieout.practice.ledger.exceptions.plan import EXCEPTIONS_MIN, MAKERS, plan_exceptions
from tieout.practice.ledger.luck import Luck


def test_every_kind_can_be_made() -> None:
    assert tuple(MAKERS) == KINDS


@pytest.mark.parametrize(("rows", "count"), [(3_000, EXCEPTIONS_MIN), (370_000, 100)])
def test_more_rows_have_more_exceptions(rows: int, count: int) -> None:
    plan = plan_exceptions(rows=rows, luck=Luck(np.random.default_rng(1)))
    kinds = [kind for day in plan.values() for kind in day]
    assert {kinds.count(kind) for kind in KINDS} == {count}


def test_each_has_a_day_that_fits_its_story() -> None:
    plan = plan_exceptions(rows=200_000, luck=Luck(np.random.default_rng(1)))
    for day, kinds in plan.items():
        for kind in kinds:
            assert (day.weekday() >= 5) if kind == "WEEKEND_MANUAL" else is_workday(day)
            if kind == "POST_CLOSE":
                assert day in workdays_of(day.year, day.month)[6:12]
