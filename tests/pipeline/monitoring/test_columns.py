"""Which columns of a stream are amounts and durations, where names are not the usual ones."""

from pathlib import Path

import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.monitor.spec import MonitorSpec
from tieout.pipeline.monitoring.columns import Columns, find_columns
from tieout.sources.open import open_source


def found(header: str, row: str, folder: Path) -> Columns:
    """The columns of a file of ten rows that are alike but for their status."""
    path = folder / "events.csv"
    rows = [row.replace("STATUS", "approved" if n % 3 else "denied") for n in range(10)]
    path.write_text("\n".join([header, *rows]) + "\n")
    with DuckDBEngine() as engine:
        source = open_source(str(path), engine=engine, workdir=folder)
        return find_columns(source, MonitorSpec())


@pytest.mark.parametrize(
    ("amount", "duration"),
    [
        ("amount_brl", "latency_ms"),
        ("grossAmount", "processing_ms"),
        ("total_amt", "elapsed_in_ms"),
        ("amount", "duration_seconds"),
    ],
)
def test_a_word_in_a_name_is_enough_for_an_amount_and_a_duration(
    tmp_path: Path, amount: str, duration: str
) -> None:
    columns = found(
        f"created_at,status,{amount},{duration}", "2026-05-04T10:00:00Z,STATUS,12.50,230", tmp_path
    )
    assert (columns.amount, columns.duration) == (amount, duration)
    assert columns.duration_seconds == duration.endswith("seconds")
    assert columns.layout == "events"


def test_the_usual_name_comes_before_a_word_in_a_name(tmp_path: Path) -> None:
    columns = found(
        "time,status,fee_amount,amount", "2026-05-04T10:00:00Z,STATUS,0.30,12.50", tmp_path
    )
    assert columns.amount == "amount"


def test_a_guess_by_a_word_is_told_as_one(tmp_path: Path) -> None:
    columns = found(
        "time,status,channel,amount_usd", "2026-05-04T10:00:00Z,STATUS,web,12.50", tmp_path
    )
    told = [each for each in columns.choices if each.subject == "amount"]
    assert [(each.value, each.is_certain) for each in told] == [("amount_usd", False)]


def test_a_sum_of_money_beside_time_and_status_is_no_count(tmp_path: Path) -> None:
    columns = found("time,status,value_eur", "2026-05-04T10:00:00Z,STATUS,12.50", tmp_path)
    assert (columns.layout, columns.count, columns.amount) == ("events", None, "value_eur")
