from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
import polars as pl
import pytest

from tieout.detect.detector import FloatArray, Scores, State
from tieout.detect.judge import Judge, most_telling
from tieout.model.facts import Reason
from tieout.model.table import ColumnFacts, Kind, Table


class Fixed:
    """A detector that says what a column of the table says, and repeats itself in its reasons."""

    name: ClassVar[str] = "fixed"
    version: ClassVar[int] = 1

    def __init__(self, column: str, words: Sequence[str]) -> None:
        self.column = column
        self.words = words
        self.asked: list[int] = []
        self.scored: list[Table] = []

    def fit(self, history: Table) -> Self:
        return self

    def score(self, current: Table) -> Scores:
        self.scored.append(current)
        p: FloatArray = current.frame[self.column].to_numpy()
        return Scores(score=1.0 - p, log_p=np.log(p))

    def reasons(self, current: Table, indices: Sequence[int]) -> list[tuple[Reason, ...]]:
        self.asked.extend(indices)
        rows = current.rows[list(indices)]
        return [tuple(Reason(f"{word} of row {row}") for word in self.words) for row in rows]

    def state(self) -> State:
        return {}

    @classmethod
    def restored(cls, state: State) -> Self:
        raise NotImplementedError


def table(**columns: list[float]) -> Table:
    frame = pl.DataFrame(columns)
    facts = tuple(ColumnFacts(name, Kind.NUMBER, 2, 0) for name in columns)
    return Table(frame=frame, rows=np.arange(1, frame.height + 1), columns=facts)


@pytest.fixture
def two() -> tuple[Judge, Fixed, Fixed]:
    one, other = Fixed("a", ["size", "hour"]), Fixed("b", ["place"])
    return Judge({"one": one, "other": other}), one, other


def test_channels_are_fused_and_kept(two: tuple[Judge, Fixed, Fixed]) -> None:
    judged = two[0].judge(table(a=[0.5, 0.001], b=[0.01, 0.2]))
    assert np.exp(judged.fused.log_p) == pytest.approx([0.02, 0.002])
    assert np.exp(judged.channels["one"]) == pytest.approx([0.5, 0.001])


def test_the_strongest_channel_speaks_first_and_nobody_twice_before_all_have_once(
    two: tuple[Judge, Fixed, Fixed],
) -> None:
    judge, _, _ = two
    rows = table(a=[0.01, 0.001], b=[0.001, 0.01])
    found = judge.reasons(rows, judge.judge(rows), np.array([0, 1]))
    assert [reason.text for reason in found[0]] == [
        "place of row 1",
        "size of row 1",
        "hour of row 1",
    ]
    assert [reason.text for reason in found[1]] == [
        "size of row 2",
        "place of row 2",
        "hour of row 2",
    ]


def test_a_channel_that_finds_a_row_usual_is_asked_only_where_no_other_finds_it_odder(
    two: tuple[Judge, Fixed, Fixed],
) -> None:
    judge, one, other = two
    rows = table(a=[0.01, 0.9, 1.0], b=[0.9, 0.06, 1.0])
    found = judge.reasons(rows, judge.judge(rows), np.array([0, 1, 2]))
    assert [len(reasons) for reasons in found] == [2, 1, 0]
    assert (one.asked, other.asked) == ([0], [1])


def test_a_reason_that_two_channels_share_is_given_once() -> None:
    judge = Judge({"one": Fixed("a", ["size"]), "same": Fixed("a", ["size"])})
    rows = table(a=[0.001])
    (found,) = judge.reasons(rows, judge.judge(rows), np.array([0]))
    assert [reason.text for reason in found] == ["size of row 1"]


def test_at_most_three_reasons_are_given() -> None:
    judge = Judge({"one": Fixed("a", list("pqrst"))})
    rows = table(a=[0.001])
    (found,) = judge.reasons(rows, judge.judge(rows), np.array([0]))
    assert len(found) == 3


def test_the_gravest_rule_speaks_before_the_detectors_and_others_after() -> None:
    judged = ["1,200 km away", "2 of 90 at night"]
    assert most_telling(judged, ["debits leave 5.00", "self-approved"]) == (
        "debits leave 5.00",
        "1,200 km away",
        "2 of 90 at night",
    )
    assert most_telling([], ["debits leave 5.00"]) == ("debits leave 5.00",)


def test_a_rule_that_tells_the_numbers_of_a_detector_gives_way_to_it() -> None:
    judged = ["2 of 90 at night", "1,200 km away in 3 hours", "a new shop"]
    assert most_telling(judged, ["after 1,200 km"]) == (judged[1], judged[0], judged[2])
    # Of small numbers this says nothing.
    assert most_telling(judged, ["keyed in on day 2"])[0] == "keyed in on day 2"


def test_without_rows_there_are_no_reasons(two: tuple[Judge, Fixed, Fixed]) -> None:
    judge, _, _ = two
    rows = table(a=[0.001], b=[0.5])
    assert judge.reasons(rows, judge.judge(rows), np.array([], dtype=np.int64)) == []


def test_without_detectors_nothing_is_odd() -> None:
    judge = Judge({})
    judged = judge.judge(table(a=[0.1, 0.2]))
    assert judged.fused.score.tolist() == [0.0, 0.0]


def test_a_weak_channel_must_prove_each_row_by_itself() -> None:
    random = np.random.default_rng(1)
    sure = random.uniform(size=20_000)
    sure[:50] = 1e-8
    weak = random.uniform(size=20_000)
    rows = table(a=sure.tolist(), b=weak.tolist())
    judge = Judge.weighed({"sure": Fixed("a", ["size"]), "weak": Fixed("b", ["place"])}, rows)
    assert judge.penalties["sure"] == 0.0
    judged = judge.judge(rows)
    assert (judged.channels["weak"] > np.log(weak)).all()
    assert set(np.argsort(-judged.fused.score)[:50]) == set(range(50))


def test_history_that_is_judged_is_scored_once() -> None:
    rows = table(a=np.linspace(0.001, 1.0, 100).tolist())
    others = rows.take(np.arange(50))
    one = Fixed("a", ["size"])
    weighed = Judge.weighed({"one": one}, rows)
    first = weighed.judge(rows)
    assert one.scored == [rows]
    again = weighed.judge(rows)
    assert one.scored == [rows, rows]
    assert first.fused.log_p.tolist() == again.fused.log_p.tolist()
    other = Fixed("a", ["size"])
    Judge.weighed({"other": other}, rows).judge(others)
    assert other.scored == [rows, others]


def test_a_row_is_judged_alone_as_in_company() -> None:
    random = np.random.default_rng(2)
    rows = table(a=random.uniform(size=300).tolist(), b=[*random.uniform(size=299), 1.0])
    judge = Judge.weighed({"one": Fixed("a", ["size"]), "other": Fixed("b", ["place"])}, rows)
    together = judge.judge(rows).fused
    for place in (0, 150, 299):
        alone = judge.judge(rows.take(np.array([place]))).fused
        assert alone.score[0] == together.score[place]
        assert alone.log_p[0] == together.log_p[place]
