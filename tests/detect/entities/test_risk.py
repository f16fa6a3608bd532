"""Findings roll up to the entities they are about."""

from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.detect.entities.risk import EntityFindings, entity_risk
from tieout.model.table import Table

MakeTable = Callable[..., Table]

COLUMNS = [
    "entity_type",
    "entity",
    "risk",
    "findings",
    "amount",
    "currency",
    "first_seen",
    "last_seen",
    "typologies",
    "reasons",
]


def findings(
    indices: Sequence[int],
    scores: Sequence[float],
    typologies: Sequence[Sequence[str]] = (),
    reasons: Sequence[Sequence[str]] = (),
) -> EntityFindings:
    return EntityFindings(
        np.array(indices, np.int64), np.array(scores, np.float64), typologies, reasons
    )


def of(frame: pl.DataFrame, entity_type: str, entity: str) -> dict[str, object]:
    found = frame.filter((pl.col("entity_type") == entity_type) & (pl.col("entity") == entity))
    assert found.height == 1
    return found.row(0, named=True)


def quiet(table: MakeTable, rows: int = 1_000, customers: int = 100) -> Table:
    return table(
        time=["2025-01-01T10:00"] * rows,
        customer=[f"c{number % customers}" for number in range(rows)],
        merchant=["big"] * (rows - 2) + ["small"] * 2,
        amount=[10.0] * rows,
        currency=["EUR"] * rows,
    )


def test_its_columns_are_as_told(table: MakeTable) -> None:
    found = entity_risk(quiet(table), findings([0], [0.9]))
    assert found.columns == COLUMNS
    assert found["risk"].is_between(0.0, 1.0).all()


def test_risk_is_what_the_definition_gives(table: MakeTable) -> None:
    found = entity_risk(quiet(table), findings([0, 100], [0.9, 0.6]))
    # Rows 0 and 100 are of c0, which has 10 of 1,000 rows.
    rate = 1.5 / 1_000
    assert of(found, "customer", "c0")["risk"] == pytest.approx(1 - 2 ** -(1.5 - rate * 10))
    assert of(found, "customer", "c0")["findings"] == 2


def test_it_is_the_same_to_the_last_bit_each_time(table: MakeTable) -> None:
    days = [f"2025-01-{1 + number % 28:02d}" for number in range(20_000)]
    made = table(time=days, customer=[f"c{number % 3}" for number in range(20_000)])
    risks = {tuple(entity_risk(made, findings([0, 1], [0.9, 0.4]))["risk"]) for _ in range(5)}
    assert len(risks) == 1


def test_what_volume_explains_is_no_risk(table: MakeTable) -> None:
    spread = list(range(0, 990, 10))
    found = entity_risk(quiet(table), findings(spread, [0.9] * len(spread)))
    assert of(found, "merchant", "big")["risk"] == pytest.approx(0.0, abs=0.2)
    again = entity_risk(quiet(table), findings([998, 999], [0.9, 0.9]))
    assert of(again, "merchant", "small")["risk"] == pytest.approx(0.71, abs=0.01)


def test_a_finding_is_worth_half_after_a_half_life(table: MakeTable) -> None:
    dates = ["2025-01-01", "2025-01-31"] + ["2025-01-31"] * 998
    made = table(time=dates, card=["old", "new"] + [f"k{n}" for n in range(998)])
    found = entity_risk(made, findings([0, 1], [1.0, 1.0]), half_life_days=30)
    rate = 1.5 / 999.5
    assert of(found, "card", "old")["risk"] == pytest.approx(1 - 2 ** -(0.5 - rate * 0.5))
    assert of(found, "card", "new")["risk"] == pytest.approx(1 - 2 ** -(1.0 - rate))
    slow = entity_risk(made, findings([0, 1], [1.0, 1.0]), half_life_days=3_000)
    assert float(str(of(slow, "card", "old")["risk"])) > 0.49


def test_as_of_ages_everything_alike(table: MakeTable) -> None:
    made = quiet(table)
    now = entity_risk(made, findings([0], [1.0]), as_of=datetime.fromisoformat("2025-01-01T10:00"))
    later = entity_risk(
        made, findings([0], [1.0]), as_of=datetime.fromisoformat("2025-01-31T10:00")
    )
    before = entity_risk(made, findings([0], [1.0]), as_of=datetime.fromisoformat("2020-01-01"))
    assert now.equals(entity_risk(made, findings([0], [1.0])))
    assert before.equals(now)
    assert 1 - float(str(of(later, "customer", "c0")["risk"])) == pytest.approx(
        (1 - float(str(of(now, "customer", "c0")["risk"]))) ** 0.5
    )


def test_amounts_are_added_up_exactly_without_sign(table: MakeTable) -> None:
    made = table(
        time=["2025-01-01"] * 4,
        customer=["a"] * 4,
        amount=[0.1, -0.2, 0.7, None],
        currency=["EUR"] * 4,
    )
    found = of(entity_risk(made, findings([0, 1, 3], [1.0] * 3)), "customer", "a")
    assert found["amount"] == 0.3
    assert found["currency"] == "EUR"


def test_amounts_in_several_currencies_are_not_added_up(table: MakeTable) -> None:
    made = table(
        time=["2025-01-01"] * 2, customer=["a"] * 2, amount=[1.0, 2.0], currency=["EUR", "USD"]
    )
    found = of(entity_risk(made, findings([0, 1], [1.0] * 2)), "customer", "a")
    assert found["amount"] is None
    assert found["currency"] is None


def test_the_first_and_the_last_finding_are_told(table: MakeTable) -> None:
    made = table(time=["2025-01-03", "2025-01-01", "2025-01-09"], account=["x"] * 3)
    found = of(entity_risk(made, findings([0, 1], [1.0, 1.0])), "account", "x")
    assert found["first_seen"] == datetime.fromisoformat("2025-01-01")
    assert found["last_seen"] == datetime.fromisoformat("2025-01-03")


def test_the_surest_reasons_are_told_once_and_three_at_most(table: MakeTable) -> None:
    made = table(time=["2025-01-01"] * 4, counterparty=["x"] * 4)
    found = of(
        entity_risk(
            made,
            findings(
                [0, 1, 2, 3],
                [0.2, 0.9, 0.5, 0.4],
                [["burst"], ["travel", "burst"], [], ["bot"]],
                [["slow"], ["fast", "far"], ["fast"], ["odd"]],
            ),
        ),
        "counterparty",
        "x",
    )
    assert found["reasons"] == ["fast", "far", "odd"]
    assert found["typologies"] == ["bot", "burst", "travel"]


def test_findings_without_words_have_empty_lists(table: MakeTable) -> None:
    found = entity_risk(quiet(table), findings([0], [0.9]))
    assert found["reasons"].to_list() == [[], []]
    assert found["typologies"].to_list() == [[], []]


def test_an_unknown_entity_is_none(table: MakeTable) -> None:
    made = table(time=["2025-01-01"] * 2, customer=[None, "a"], card=["1", "2"])
    found = entity_risk(made, findings([0], [1.0]))
    assert found.select("entity_type", "entity").rows() == [("card", "1")]


def test_no_findings_are_no_risks(table: MakeTable) -> None:
    found = entity_risk(quiet(table), findings([], []))
    assert found.columns == COLUMNS
    assert found.height == 0


def test_a_table_of_nobody_has_no_risks(table: MakeTable) -> None:
    found = entity_risk(table(time=["2025-01-01"], amount=[1.0]), findings([0], [1.0]))
    assert found.columns == COLUMNS
    assert found.height == 0


def test_without_times_nothing_ages(table: MakeTable) -> None:
    made = table(customer=["a"] + [f"b{number}" for number in range(99)], amount=[1.0] * 100)
    found = of(entity_risk(made, findings([0], [1.0])), "customer", "a")
    assert found["risk"] == pytest.approx(1 - 2**-0.99)
    assert found["last_seen"] is None
    assert found["amount"] == 1.0
    assert found["currency"] is None


@pytest.mark.parametrize("days", [0.0, -1.0, float("nan")])
def test_a_half_life_is_above_nothing(table: MakeTable, days: float) -> None:
    with pytest.raises(ValueError, match="half_life_days"):
        entity_risk(quiet(table), findings([0], [1.0]), half_life_days=days)


def test_scores_out_of_bounds_are_cut(table: MakeTable) -> None:
    made = quiet(table)
    sure = entity_risk(made, findings([0], [1.0]))
    assert entity_risk(made, findings([0], [7.0])).equals(sure)
    nothing = entity_risk(made, findings([0], [float("nan")]))
    assert nothing["risk"].to_list() == [0.0, 0.0]


def test_the_riskiest_come_first(table: MakeTable) -> None:
    found = entity_risk(quiet(table), findings([0, 100, 1, 201], [0.9, 0.9, 0.3, 0.2]))
    assert found["risk"].is_sorted(descending=True)
    assert found["entity"][0] == "c0"


@settings(max_examples=40, deadline=None)
@given(
    scores=st.lists(st.floats(0, 1), min_size=1, max_size=20),
    more=st.floats(0.01, 1),
)
def test_one_more_finding_never_lowers_its_entitys_risk(
    table: MakeTable, scores: list[float], more: float
) -> None:
    made = table(
        time=["2025-01-01"] * 60, customer=[("a", "b", "c")[number % 3] for number in range(60)]
    )
    places = [place * 3 % 59 for place in range(len(scores))]
    before = entity_risk(made, findings(places, scores))
    # Row 59 is of c.
    after = entity_risk(made, findings([*places, 59], [*scores, more]))
    risks = dict(before.select("entity", "risk").rows())
    assert dict(after.select("entity", "risk").rows())["c"] >= risks.get("c", 0.0) - 1e-12


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_the_order_of_rows_and_findings_does_not_matter(table: MakeTable, seed: int) -> None:
    generator = np.random.default_rng(seed)
    made = table(
        time=[f"2025-01-{1 + number % 28:02d}" for number in range(50)],
        customer=[f"c{number % 7}" for number in range(50)],
    )
    order = generator.permutation(50)
    chosen = generator.choice(50, 10, replace=False)
    scores = generator.random(10)
    straight = entity_risk(made, findings(chosen.tolist(), scores.tolist()))
    where = np.argsort(order)
    mixed = entity_risk(made.take(order), findings(where[chosen].tolist(), scores.tolist()))
    for row in straight.iter_rows(named=True):
        assert of(mixed, "customer", row["entity"])["risk"] == pytest.approx(row["risk"])
