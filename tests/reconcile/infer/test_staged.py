"""What is inferred from a sample is what the whole file is then read as."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.reconcile.infer import SampleSide, infer_spec
from tieout.reconcile.infer.profile import profile, sample_days
from tieout.reconcile.infer.readings import readings
from tieout.reconcile.sides import comparable, stage_plan
from tieout.reconcile.spec import Spec
from tieout.sources.open import open_source
from tieout.sources.stage import stage

Compared = Callable[[str, str], tuple[Spec, list[tuple[int | None, int | None]]]]
LEDGER = """entry,posting_date,amount
JE1,2018-12-15,-33.50
JE2,2018-12-16,1533.50
JE3,2018-12-31,7.00
"""


@pytest.fixture
def compared(engine: DuckDBEngine, tmp_path: Path) -> Compared:
    """Infers two files and answers with the spec and the left side's amounts and days."""

    def run(left: str, right: str) -> tuple[Spec, list[tuple[int | None, int | None]]]:
        sources = []
        for name, text in (("left", left), ("right", right)):
            path = tmp_path / f"{name}.csv"
            path.write_text(text, encoding="utf-8")
            sources.append(open_source(str(path), engine=engine, workdir=tmp_path))
        samples = [SampleSide("side", source.sample(50_000), source.rows) for source in sources]
        spec = infer_spec(samples[0], samples[1], name="left_vs_right").spec
        staged = stage(
            sources[0],
            stage_plan(spec.left, scale=2, with_time=False),
            engine=engine,
            path=tmp_path / "staged.parquet",
        )
        rows = engine.fetch(comparable(staged.table, spec.left, spec)).sort("row")
        profiled = profile(samples[0])
        amount = next(
            r for r in readings(profiled, scale=2) if r.columns == spec.left.amount.columns
        )
        assert rows["amount"].to_list() == (amount.units * spec.left.amount.sign).to_list()
        if spec.left.date:
            column = profiled.column(spec.left.date.column)
            assert rows["date"].to_list() == sample_days(column).to_list()
        return spec, list(zip(rows["amount"].to_list(), rows["date"].to_list(), strict=True))

    return run


def test_a_signed_column_with_grouped_thousands(compared: Compared) -> None:
    spec, rows = compared(
        """Date,Label,Amount,Balance,Partner Name,Bank Account
12/15/2018,Your best supplier,-33.50,-23.50,John Doe,123456789
12/16/2018,Your payment,"1,533.50","1,510.00",Azure Interior,
""",
        LEDGER,
    )
    assert rows == [(-3350, 17880), (153350, 17881)]
    assert (spec.left.party, spec.left.account) == ("Partner Name", "Bank Account")


def test_debit_and_credit_columns(compared: Compared) -> None:
    spec, rows = compared(
        """Date,Label,Debit,Credit
12/15/2018,supplier,33.50,
12/16/2018,payment,,"1,533.50"
12/31/2018,reversed,-7.00,
""",
        LEDGER,
    )
    assert [amount for amount, _ in rows] == [-3350, 153350, 700]
    assert (spec.left.amount.sign, spec.right.amount.sign) == (-1, 1)
    assert (spec.left.amount.debit, spec.left.amount.credit) == ("Debit", "Credit")


def test_an_amount_with_a_direction(compared: Compared) -> None:
    spec, rows = compared(
        """Date,Amount,D/C
2018-12-15,33.50,D
2018-12-16,1533.50,C
2018-12-31,7.00,C
""",
        LEDGER,
    )
    assert [amount for amount, _ in rows] == [-3350, 153350, 700]
    assert spec.right.amount.sign == 1


def test_a_semicolon_file_with_german_numbers_and_dates(compared: Compared) -> None:
    spec, rows = compared(
        """Buchungstag;Verwendungszweck;Betrag
15.12.18;Rechnung;-33,50
16.12.18;Zahlung;1.533,50
31.12.18;Gutschrift;7,00
""",
        LEDGER,
    )
    assert rows == [(-3350, 17880), (153350, 17881), (700, 17896)]
    assert spec.left.comment == ("Verwendungszweck",)


def test_currency_signs_and_parentheses(compared: Compared) -> None:
    _, rows = compared(
        """when,amount
2018-12-15 10:00:00,($33.50)
2018-12-16 11:30:00,"$1,533.50"
2018-12-31 23:59:59,$7.00
""",
        LEDGER,
    )
    assert rows == [(-3350, 17880), (153350, 17881), (700, 17896)]
