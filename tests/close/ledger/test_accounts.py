"""Charts and trial balances."""

from pathlib import Path

import polars as pl
import pytest

from tieout.close.ledger.accounts import account_type, read_accounts
from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError


def read(engine: DuckDBEngine, tmp_path: Path, text: str) -> pl.DataFrame:
    path = tmp_path / "accounts.csv"
    path.write_text(text)
    return read_accounts(str(path), engine=engine, workdir=tmp_path)


def test_a_chart_with_balances(engine: DuckDBEngine, tmp_path: Path) -> None:
    found = read(
        engine, tmp_path,
        "account,account_name,type,opening_balance,closing_balance\n"
        "1000,Cash,asset,10.00,12.50\n4000,Revenue,revenue,0.00,-2.50\n",
    )  # fmt: skip
    assert found.rows() == [
        ("1000", "Cash", "asset", 1000, 1250),
        ("4000", "Revenue", "revenue", 0, -250),
    ]


def test_a_trial_balance_of_debits_and_credits(engine: DuckDBEngine, tmp_path: Path) -> None:
    found = read(
        engine, tmp_path, "Account No,Name,Debit,Credit\n1000,Cash,12.50,\n4000,Sales,,12.50\n"
    )
    assert found["closing"].to_list() == [1250, -1250]
    assert found["opening"].to_list() == [None, None]
    assert found["type"].to_list() == ["asset", "revenue"]


def test_an_account_that_stands_twice_is_refused(engine: DuckDBEngine, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="account '1000' stands twice"):
        read(engine, tmp_path, "account,name\n1000,Cash\n1000,Bank\n")


def test_a_file_without_accounts_is_refused(engine: DuckDBEngine, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column of accounts"):
        read(engine, tmp_path, "code,balance\n1000,5.00\n")


@pytest.mark.parametrize(
    ("account", "name", "said", "kind"),
    [
        ("9", "x", "Liabilities", "liability"),
        ("9", "Accounts Payable", "", "liability"),
        ("6100", "", "", "expense"),
        ("X1", "thing", "", ""),
    ],
)
def test_the_type_is_told_by_the_chart_then_the_name_then_the_number(
    account: str, name: str, said: str, kind: str
) -> None:
    assert account_type(account, name, said) == kind
