"""CSV of our own, read back."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from tieout.export.read_back import read_back
from tieout.export.table import write_csv


def cells(tmp_path: Path, *texts: str, days: bool = True) -> list[object]:
    (tmp_path / "t.csv").write_text("\n".join(["x,n", *(f"{text},1" for text in texts)]) + "\n")
    return read_back(tmp_path / "t.csv", days=days)["x"].to_list()


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (("12", "-3"), [12, -3]),
        (("0012", "12"), ["0012", "12"]),
        (("1234567890123456.78", "-0.10"), [Decimal("1234567890123456.78"), Decimal("-0.10")]),
        (("1.10", "1.1"), [1.1, 1.1]),
        (("1e-06", "0.5"), [1e-06, 0.5]),
        (("12345678901234567890", "1"), ["12345678901234567890", "1"]),
        (("true", "false"), [True, False]),
        (("2026-01-31", "2026-02-28"), [date(2026, 1, 31), date(2026, 2, 28)]),
        (("2026-02-31", "2026-02-28"), ["2026-02-31", "2026-02-28"]),
        (("12", "N/A"), ["12", "N/A"]),
        (("", "7"), [None, 7]),
        (("", ""), [None, None]),
    ],
)
def test_a_type_is_given_where_it_loses_nothing(
    tmp_path: Path, texts: tuple[str, ...], read: list[object]
) -> None:
    assert cells(tmp_path, *texts) == read


def test_days_stay_text_where_that_is_wanted(tmp_path: Path) -> None:
    assert cells(tmp_path, "2026-01-31", days=False) == ["2026-01-31"]


def test_what_was_written_is_read_as_it_was(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "account": ["0100", "0200"],
            "amount": [Decimal("1.10"), Decimal("-20000000000000.05")],
            "day": [date(2026, 1, 31), None],
            "odd": [True, False],
        }
    )
    write_csv(frame, tmp_path / "t.csv")
    assert read_back(tmp_path / "t.csv").rows() == frame.rows()


def test_an_empty_file_is_an_empty_table(tmp_path: Path) -> None:
    (tmp_path / "t.csv").touch()
    assert read_back(tmp_path / "t.csv").shape == (0, 0)
