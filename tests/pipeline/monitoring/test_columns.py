"""Which columns of a stream are amounts and durations, where names are not the usual ones."""

from pathlib import Path

import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.monitor.spec import InputSpec, MonitorSpec
from tieout.pipeline.monitoring.columns import Columns, find_columns
from tieout.sources.open import open_source


def found(header: str, row: str, folder: Path, spec: InputSpec | None = None) -> Columns:
    """The columns of a file of ten rows that are alike but for their status."""
    path = folder / "events.csv"
    rows = [row.replace("STATUS", "approved" if n % 3 else "denied") for n in range(10)]
    path.write_text("\n".join([header, *rows]) + "\n")
    with DuckDBEngine() as engine:
        source = open_source(str(path), engine=engine, workdir=folder)
        return find_columns(source, MonitorSpec(input=spec or InputSpec()))


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


def test_a_guessed_order_of_day_and_month_is_told(tmp_path: Path) -> None:
    columns = found("time,status", "07/12/2025 01:45 PM,STATUS", tmp_path)
    told = [each for each in columns.choices if each.subject == "dates of time"]
    assert [each.is_certain for each in told] == [False]
    assert told[0].value.startswith("03/05/2024 02:30 PM is read as 2024-03-05")


def test_a_sum_of_money_beside_time_and_status_is_no_count(tmp_path: Path) -> None:
    columns = found("time,status,value_eur", "2026-05-04T10:00:00Z,STATUS,12.50", tmp_path)
    assert (columns.layout, columns.count, columns.amount) == ("events", None, "value_eur")


@pytest.mark.parametrize("clock", ["10:05", "10:05:00", "10h 05"])
def test_a_time_of_the_day_comes_before_a_column_of_days(tmp_path: Path, clock: str) -> None:
    columns = found("Data,Hora,Status,Qtd", f"04/05/2026,{clock},STATUS,7", tmp_path)
    assert (columns.time, columns.clock, columns.date) == ("Hora", True, "Data")
    assert (columns.layout, columns.count) == ("counts", "Qtd")


@pytest.mark.parametrize("spec", [None, InputSpec(time="date")])
def test_days_without_a_time_are_refused(tmp_path: Path, spec: InputSpec | None) -> None:
    with pytest.raises(InputError) as refused:
        found("date,hour,status,count", "2026-05-04,10,STATUS,7", tmp_path, spec)
    assert str(refused.value) == (
        "events.csv: row 1, column 'date': '2026-05-04', expected a time of the day too, such as "
        "2026-05-04 09:05, or a column of such times beside it"
    )


def test_midnight_is_a_time_of_the_day(tmp_path: Path) -> None:
    assert found("time,status,count", "2026-05-04 00:00:00,STATUS,7", tmp_path).time == "time"


def test_wide_columns_may_begin_alike(tmp_path: Path) -> None:
    columns = found("minute,tx_id,tx_approved,tx_denied", "2026-05-04 10:05,9,90,5", tmp_path)
    assert (columns.layout, columns.wide) == ("wide", ("tx_approved", "tx_denied"))
    assert columns.prefix == "tx_"


def test_what_was_never_approved_is_no_column_of_approvals(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column of statuses"):
        found("minute,never_approved,never_refunded", "2026-05-04 10:05,90,5", tmp_path)


@pytest.mark.parametrize(
    ("header", "row", "told"),
    [
        ("time,denied,failed", "2026-05-04 10:05,5,1", True),
        ("time,approved,failed", "2026-05-04 10:05,5,1", False),
        ("time,status,count", "2026-05-04 10:05,STATUS,1", False),
    ],
)
def test_it_is_told_where_nothing_is_approved(
    tmp_path: Path, header: str, row: str, told: bool
) -> None:
    choices = found(header, row, tmp_path).choices
    reasons = [each.reason for each in choices if each.subject == "approved"]
    wanted = ["nothing is approved: rates are shares of the other statuses"]
    assert reasons == (wanted if told else [])
