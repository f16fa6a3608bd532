from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tieout.model.buckets import CAUSES
from tieout.model.errors import InputError
from tieout.practice.company import CompanyFiles, write_company
from tieout.practice.company.write import BANK_HEADER, LEDGER_HEADER, OPENING_BALANCE_MINOR

Row = dict[str, str]


def amount(text: str) -> Decimal:
    """What the bank means by 1.234,56."""
    return Decimal(text.replace(".", "").replace(",", "."))


def day(text: str) -> date:
    """What the bank means by 31.01.2026."""
    return datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007


def posted(row: Row) -> Decimal:
    """Debit less credit."""
    return Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0)


def test_it_writes_about_three_thousand_rows_of_the_bank(
    statement: list[Row], cash_book: list[Row]
) -> None:
    assert 2_800 <= len(statement) <= 3_200
    assert len(statement) < len(cash_book) < 4_000


def test_the_statement_is_parted_by_semicolons_under_its_header(files: CompanyFiles) -> None:
    first, second, *_ = files.bank.read_text(encoding="utf-8").splitlines()
    assert first.split(";") == list(BANK_HEADER)
    assert len(second.split(";")) == len(BANK_HEADER)


def test_the_cash_book_is_parted_by_commas_under_its_header(files: CompanyFiles) -> None:
    first = files.ledger.read_text(encoding="utf-8").splitlines()[0]
    assert first.split(",") == list(LEDGER_HEADER)


def test_the_balance_carries_every_amount(statement: list[Row]) -> None:
    balance = Decimal(OPENING_BALANCE_MINOR).scaleb(-2)
    for row in statement:
        balance += amount(row["Amount"])
        assert amount(row["Balance"]) == balance


def test_the_company_never_runs_out_of_money(statement: list[Row]) -> None:
    assert min(amount(row["Balance"]) for row in statement) > 0


def test_amounts_of_the_bank_have_a_decimal_comma_and_points(statement: list[Row]) -> None:
    assert all(row["Amount"][-3] == "," for row in statement)
    assert any("." in row["Amount"] for row in statement)


def test_both_books_are_kept_in_the_order_of_their_dates(
    statement: list[Row], cash_book: list[Row]
) -> None:
    booked = [day(row["Booking date"]) for row in statement]
    assert booked == sorted(booked)
    dates = [row["posting_date"] for row in cash_book]
    assert dates == sorted(dates)


def test_money_counts_on_the_day_it_is_booked_or_the_next(statement: list[Row]) -> None:
    gaps = Counter((day(row["Value date"]) - day(row["Booking date"])).days for row in statement)
    assert gaps[0] > gaps[1] > 0
    assert min(gaps) == 0


def test_vouchers_are_numbered_without_a_gap(cash_book: list[Row]) -> None:
    numbers = [row["voucher"] for row in cash_book]
    assert numbers[:2] == ["CB26-00001", "CB26-00002"]
    assert len(set(numbers)) == len(numbers)
    assert numbers[-1] == f"CB26-{len(cash_book):05d}"


def test_a_line_of_the_cash_book_is_a_debit_or_a_credit(cash_book: list[Row]) -> None:
    assert all(bool(row["debit"]) != bool(row["credit"]) for row in cash_book)
    sides = [Decimal(row["debit"] or row["credit"]) for row in cash_book]
    assert min(sides) > 0


def test_foreign_payments_show_what_they_were_before(
    statement: list[Row], cash_book: list[Row]
) -> None:
    for rows, name in ((statement, "Original currency"), (cash_book, "original_currency")):
        currencies = Counter(row[name] for row in rows)
        assert set(currencies) == {"", "GBP", "USD"}
        assert 250 <= currencies["GBP"] + currencies["USD"] <= 350
    sterling = next(row for row in statement if row["Original currency"] == "GBP")
    assert amount(sterling["Original amount"]).copy_abs() < amount(sterling["Amount"]).copy_abs()


def test_the_bank_account_is_in_euros(statement: list[Row]) -> None:
    assert {row["Currency"] for row in statement} == {"EUR"}


def test_labels_name_all_causes_and_rows_that_exist(
    labels: list[Row], statement: list[Row], cash_book: list[Row]
) -> None:
    assert {row["cause"] for row in labels} == {str(cause) for cause in CAUSES}
    for row in labels:
        assert row["left_row"] or row["right_row"]
        assert int(row["left_row"] or 1) in range(1, len(statement) + 1)
        assert int(row["right_row"] or 1) in range(1, len(cash_book) + 1)


def test_no_row_has_two_causes(labels: list[Row]) -> None:
    for side in ("left_row", "right_row"):
        causes: dict[str, set[str]] = {}
        for row in labels:
            if row[side]:
                causes.setdefault(row[side], set()).add(row["cause"])
        assert all(len(each) == 1 for each in causes.values())


def test_labels_lead_to_the_rows_they_mean(
    labels: list[Row], statement: list[Row], cash_book: list[Row]
) -> None:
    for row in labels:
        if row["cause"] == "sign_flip":
            left = statement[int(row["left_row"]) - 1]
            right = cash_book[int(row["right_row"]) - 1]
            assert left["Reference"] == right["document_no"]
            assert amount(left["Amount"]) == -posted(right)


def test_rows_without_a_label_agree(
    labels: list[Row], statement: list[Row], cash_book: list[Row]
) -> None:
    planted = {side: {row[f"{side}_row"] for row in labels} for side in ("left", "right")}
    sums: dict[tuple[str, str], Decimal] = {}
    for number, row in enumerate(statement, start=1):
        if str(number) not in planted["left"]:
            key = (row["Reference"], str(day(row["Booking date"])))
            sums[key] = sums.get(key, Decimal(0)) + amount(row["Amount"])
    for number, row in enumerate(cash_book, start=1):
        if str(number) not in planted["right"]:
            key = (row["document_no"], row["posting_date"])
            sums[key] = sums.get(key, Decimal(0)) - posted(row)
    assert set(sums.values()) == {Decimal(0)}


def test_one_seed_gives_the_same_bytes(files: CompanyFiles, tmp_path: Path) -> None:
    again = write_company(tmp_path, seed=1)
    for first, second in (
        (files.bank, again.bank),
        (files.ledger, again.ledger),
        (files.labels, again.labels),
    ):
        assert first.read_bytes() == second.read_bytes()


def test_another_seed_gives_another_company(files: CompanyFiles, tmp_path: Path) -> None:
    other = write_company(tmp_path, seed=2)
    assert other.bank.read_bytes() != files.bank.read_bytes()


def test_it_makes_the_folder_and_replaces_files_of_its_own_names(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "books"
    first = write_company(folder, seed=2)
    first.bank.write_text("something else", encoding="utf-8")
    again = write_company(folder, seed=2)
    assert again.bank.read_text(encoding="utf-8").startswith("Booking date;")
    assert sorted(path.name for path in folder.iterdir()) == [
        "cashbook.csv",
        "labels.csv",
        "statement.csv",
    ]


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    taken = tmp_path / "books"
    taken.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="books: can't be written"):
        write_company(taken)


def test_lines_end_alike_everywhere(files: CompanyFiles) -> None:
    assert b"\r" not in files.bank.read_bytes()
    assert files.ledger.read_bytes().endswith(b"\n")


def test_texts_read_like_a_companys(statement: list[Row], cash_book: list[Row]) -> None:
    said = {row["Payment details"] for row in statement}
    assert "CASH DEPOSIT COUNTER" in said
    assert "SALARIES MARCH 14 ITEMS" in said
    assert any(text.startswith("SEPA DIRECT DEBIT RETURN AC04") for text in said)
    assert any(text.startswith("BULK TRANSFER SCT-2026-001") for text in said)
    assert {"Rent January", "Net salary March"} <= {row["text"] for row in cash_book}
