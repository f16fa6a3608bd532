"""What the columns of a file of breaks are."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tieout.model.errors import InputError
from tieout.pipeline.analyze_infer import infer_analyze_spec, settle_key
from tieout.pipeline.analyze_spec import AnalyzeSpec, analyze_spec_text, load_analyze_spec
from tieout.reconcile.infer.model import Choice


def sample_of(table: str) -> pl.DataFrame:
    """A sample of a table of words under a header; "-" is nothing."""
    lines = [line.split() for line in table.strip().splitlines()]
    return pl.DataFrame(
        {
            name: [None if row[at] == "-" else row[at] for row in lines[1:]]
            for at, name in enumerate(lines[0])
        },
        schema=dict.fromkeys(lines[0], pl.String),
    )


def inferred(table: str) -> AnalyzeSpec:
    """The spec of a table whose rows are all there is."""
    return settled(sample_of(table))[0]


def settled(sample: pl.DataFrame) -> tuple[AnalyzeSpec, tuple[Choice, ...]]:
    """The spec and its choices, the key settled by the rows of the sample."""
    spec, choices = infer_analyze_spec("breaks", sample)
    dates = sample[spec.date.column] if spec.date else pl.Series([None] * sample.height)
    rows = pl.DataFrame({f"named_{at}": sample[name] for at, name in enumerate(spec.named)})
    rows = rows.with_columns(currency=pl.lit("EUR"), date=dates)
    return settle_key(spec, rows, choices)


def criteria_of(spec: AnalyzeSpec) -> tuple[str | None, str | None] | None:
    """Left and right column."""
    found = spec.criteria
    return (found.left.column, found.right.column) if found else None


def balances(header: str, *, days: int = 12) -> str:
    """Balances of three accounts that sometimes differ, under a header of seven names."""
    rows = [
        f"2025-01-{day:02d} {account} {unit} USD LOANS {1000 * account + day} "
        f"{1000 * account + day - (3 if (day + account) % 4 == 0 else 0)}"
        for day in range(1, days + 1)
        for account, unit in ((11, 901), (12, 902), (13, 903))
    ]
    return "\n".join([header, *rows])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("GL_Balance", "iHub_Balance"),
        ("amount_left", "amount_right"),
        ("ledger", "bank"),
        ("expected_amount", "actual_amount"),
        ("Book_Value", "Custodian_Value"),
    ],
)
def test_the_two_amounts_that_are_compared_are_the_criteria(left: str, right: str) -> None:
    spec = inferred(balances(f"As_of_Date Account AU Currency Primary_Account {left} {right}"))
    assert criteria_of(spec) == (left, right)
    assert spec.derived is None
    assert spec.key == ("Account", "AU", "Primary_Account")
    assert (spec.currency, spec.id) == ("Currency", None)
    assert spec.date is not None
    assert spec.date.column == "As_of_Date"


def test_a_difference_that_two_columns_have_says_which_is_left() -> None:
    spec = inferred(
        """
        account ours   theirs  price break_amount
        A       100.00 90.00   7.00  -10.00
        B       50.00  50.50   8.00  0.50
        C       20.00  27.00   9.00  7.00
        """
    )
    assert criteria_of(spec) == ("theirs", "ours")


def test_a_difference_that_no_two_columns_have_is_judged_itself() -> None:
    spec, choices = settled(
        sample_of(
            """
            trade status   desk  quantity impact_quantity quantitydifference
            T1    Matched  Rates 703      143731604       0
            T2    Break    Rates 4004     192760505       -5
            T3    Break    FX    5111     57623368        4
            T4    Break    FX    9199     112110490       3
            T5    Matched  Rates 8879     80991739        1
            T6    Break    Rates 5883     136966080       5
            T7    Break    FX    5364     85512394        -2
            """
        )
    )
    assert spec.derived is not None
    assert spec.derived.column == "quantitydifference"
    assert criteria_of(spec) is None
    assert spec.status is not None
    assert (spec.status.column, spec.status.matched) == ("status", ("Matched",))
    assert {"key", "id", "derived", "status"} <= {choice.subject for choice in choices}


def test_a_column_that_another_tool_scored_is_left_alone() -> None:
    table = """
        account left right Anomaly anomaly_score
        A       10   12    Yes     0.97
        B       10   13    No      0.12
        C       10   19    Yes     0.55
        """
    spec, choices = settled(sample_of(table))
    assert criteria_of(spec) == ("left", "right")
    used = str(spec.model_dump())
    assert "nomaly" not in used
    assert [choice.decision for choice in choices if choice.subject == "labels"] == [
        "Anomaly, anomaly_score"
    ]


def test_a_column_with_a_value_of_its_own_in_every_row_names_the_row() -> None:
    rows = [f"B{n:03d} {'XYZ'[n % 3]} {100 + n} {100 + n - n % 5}" for n in range(60)]
    spec = inferred("\n".join(["break_id desk left right", *rows]))
    assert (spec.id, spec.key) == ("break_id", ("desk",))


def test_a_key_that_never_comes_again_is_made_wider() -> None:
    rows = [
        f"2025-01-{1 + day:02d} {'XY'[n % 2]} R{day}-{n // 3} {100 + n} {99 + n}"
        for day in range(20)
        for n in range(6)
    ]
    spec = inferred("\n".join(["date desk reason left right", *rows]))
    assert spec.key == ("desk",)


def test_keys_of_one_day_stay_whole() -> None:
    rows = [f"2025-01-01 A{n % 20} B{n // 20} {100 + n} {99 + n}" for n in range(60)]
    spec = inferred("\n".join(["date account branch left right", *rows]))
    assert spec.key == ("account", "branch")


def test_words_that_people_wrote_are_comments_and_no_key() -> None:
    rows = [f"A{n % 4} {100 + n} {99 + n} fee-{n % 3}" for n in range(20)]
    spec = inferred("\n".join(["account left right comment", *rows]))
    assert (spec.comment, spec.key) == (("comment",), ("account",))


def test_a_single_amount_is_what_is_judged_and_worth_a_look() -> None:
    spec, choices = settled(sample_of("account amount\nA 10.50\nB 12.25\nA 9.00"))
    assert spec.derived is not None
    assert spec.derived.column == "amount"
    assert [choice.uncertain for choice in choices if choice.subject == "derived"] == [True]


def test_without_amounts_it_says_how_to_name_them() -> None:
    with pytest.raises(InputError, match="criteria"):
        infer_analyze_spec("breaks", sample_of("account name\nA x\nB y"))


@pytest.mark.parametrize(("amount", "scale"), [("10", 2), ("10.125", 3), ("0.12345678", 6)])
def test_amounts_have_as_many_decimals_as_are_seen(amount: str, scale: int) -> None:
    assert inferred(f"account left right\nA {amount} 11\nB 12 13").scale == scale


def test_an_inferred_spec_can_be_read_back(tmp_path: Path) -> None:
    header = "As_of_Date Account AU Currency Primary_Account GL_Balance iHub_Balance"
    spec, choices = settled(sample_of(balances(header)))
    path = tmp_path / "spec.yaml"
    path.write_text(analyze_spec_text(spec, choices), encoding="utf-8")
    assert load_analyze_spec(path) == spec
    text = path.read_text(encoding="utf-8")
    assert "# key: Account, AU, Primary_Account." in text


@pytest.mark.parametrize("odd", [{"shape": "wide"}, {"all_null": True}])
def test_odd_samples_are_no_reason_to_fail(odd: dict[str, Any]) -> None:
    frame = sample_of(balances("d a u c p left right"))
    if "shape" in odd:
        frame = frame.with_columns(pl.lit("x").alias(f"more {n}") for n in range(50))
    else:
        frame = frame.with_columns(pl.lit(None, pl.String).alias("nothing"))
    spec, _ = settled(frame)
    assert criteria_of(spec) == ("left", "right")


def test_what_a_run_of_ours_said_of_its_breaks_names_none_of_them() -> None:
    header = (
        "break_id side left_rows right_rows key amount_left amount_right difference currency "
        "date_left date_right age_days bucket bucket_confidence evidence candidates score p_value "
        "anomalous reasons incident_id severity resolution proposal"
    )
    rows = [
        f"id{n} both {n} {n} INV-{n} {100 + n}.00 {90 + n}.00 10.00 EUR 2026-01-{n:02d} "
        f"2026-01-{n:02d} {n} fee_or_tax 0.9 proof - 0.5 0.5 false none - low Book -"
        for n in range(1, 25)
    ]
    spec = inferred("\n".join([header, *rows]))
    assert spec.id == "key"
    assert spec.identity == "break_id"
    # A row alone is judged by rows alone; which side it is on is no cause that breaks share.
    assert spec.key == ("side",)
    assert spec.shared == ()
    assert criteria_of(spec) == ("amount_left", "amount_right")
