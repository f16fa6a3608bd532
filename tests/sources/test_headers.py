import csv

import pytest

from tieout.model.errors import InputError
from tieout.sources.headers import Layout, find_layout, is_blank


def layout(text: str) -> Layout:
    """The layout of comma-separated lines."""
    return find_layout(list(csv.reader(text.strip("\n").splitlines())), name="bank.csv")


def test_it_finds_the_header_in_the_first_row() -> None:
    found = layout("""
Date,Label,Amount
2024-01-31,Coffee,3.50
2024-02-01,Tea,2.50
""")

    assert found == Layout(1, ("Date", "Label", "Amount"), True)


def test_it_finds_the_header_below_the_lines_of_a_bank() -> None:
    found = layout("""
Bank code : 1001,Agency Code : 10000,Download start date : 01/04/2020,,,
Account Number : 088,Account Name : Owner,: EUR,,,
,,,,,
Balance at end of period,,,,"+31070,11",
Date,Operation Number,Label,Debit,Credit,Detail
01/04/20,OP 1,LABEL 1,"-50,00",,DETAILS 1
02/04/20,OP 4,LABEL 4,,"1300,00",DETAILS 3
Balance at start of period,,,,"+30000,77",
""")

    assert found.skip == 5
    assert found.names == ("Date", "Operation Number", "Label", "Debit", "Credit", "Detail")


def test_it_finds_the_header_below_a_title() -> None:
    assert layout("Statement of account\n\nDate,Amount\n2024-01-31,1.00").skip == 3


def test_it_numbers_the_columns_of_a_file_without_header() -> None:
    found = layout("""
12/15/2018,Your payment,EUR,"1,525.00",,INV0001
12/16/2018,Your supplier,EUR,-33.50,,INV0002
""")

    assert found == Layout(0, tuple(f"column_{place}" for place in range(1, 7)), False)


def test_it_takes_a_single_row_of_values_for_data() -> None:
    assert layout("2024-01-31,Coffee,3.50").has_header is False


def test_it_takes_a_single_row_of_words_for_a_header() -> None:
    assert layout("Date,Label,Amount") == Layout(1, ("Date", "Label", "Amount"), True)


def test_it_takes_the_first_full_row_of_words_for_a_header() -> None:
    found = layout("""
List of partners,,
name,country,group
Ann,France,A
Bob,Spain,B
""")

    assert found.names == ("name", "country", "group")


def test_it_takes_years_over_numbers_for_a_header() -> None:
    assert layout("Account,2023,2024\nCash,10.5,11.0\nBank,7.1,8.0").has_header


def test_it_takes_years_over_years_for_data() -> None:
    assert not layout("2023,10.5,x\n2024,11.0,y").has_header


def test_it_prefers_the_header_to_a_later_row_of_words() -> None:
    assert layout("Date,Amount\nunknown,n/a\n2024-01-31,1.00\n2024-02-01,2.00").skip == 1


def test_it_is_not_misled_by_words_in_the_first_rows_of_a_column_of_numbers() -> None:
    assert layout("ref,amount\nA,x\n,1").skip == 1


def test_it_names_a_blank_column_by_its_place() -> None:
    assert layout(",amount,\n0,1.00,x\n1,2.00,y").names == ("column_1", "amount", "column_3")


def test_it_gives_a_blank_column_a_name_that_no_other_has() -> None:
    assert layout("column_2,,amount\na,b,1.00").names == ("column_2", "column_2_", "amount")


def test_it_drops_the_blank_names_that_no_row_reaches() -> None:
    assert layout("date,amount,,\n2024-01-31,1.00\n2024-02-01,2.00").names == ("date", "amount")


def test_it_adds_columns_for_values_that_stand_under_no_name() -> None:
    found = layout("date,amount\n2024-01-31,1.00,x\n2024-02-01,2.00,")

    assert found.names == ("date", "amount", "column_3")


def test_it_adds_no_column_for_delimiters_at_the_end() -> None:
    assert layout("date,amount\n2024-01-31,1.00,\n2024-02-01,2.00,").names == ("date", "amount")


def test_it_writes_a_name_on_one_line() -> None:
    records = [[" Booking\r\n date ", "amount"], ["2024-01-31", "1"]]

    assert find_layout(records, name="x").names == ("Booking date", "amount")


def test_it_refuses_a_name_that_stands_twice() -> None:
    with pytest.raises(InputError) as raised:
        layout("date,amount,amount\n2024-01-31,1,2")

    assert str(raised.value) == (
        "bank.csv: columns 2 and 3 are both named 'amount'; rename one of them"
    )


def test_it_refuses_names_that_differ_in_case_alone() -> None:
    with pytest.raises(InputError) as raised:
        layout("Amount,date,AMOUNT\n1,2024-01-31,2")

    assert str(raised.value) == (
        "bank.csv: columns 1 'Amount' and 3 'AMOUNT' differ only in upper and lower case; "
        "rename one of them"
    )


def test_it_finds_nothing_in_blank_records() -> None:
    assert find_layout([[], ["", " "]], name="x").names == ()


@pytest.mark.parametrize(("cells", "blank"), [([], True), (["", " \t"], True), (["", "0"], False)])
def test_it_tells_a_blank_record(cells: list[str], blank: bool) -> None:
    assert is_blank(cells) is blank


def test_a_row_with_gaps_is_no_header_below_one_that_has_none() -> None:
    records = [["amount", "city", "day"], ["", "x"], ["x", "1.5", "x", "1.5"]]
    layout = find_layout(records, name="file.csv")
    assert (layout.skip, layout.names[:3]) == (1, ("amount", "city", "day"))


def test_a_broken_row_that_is_too_wide_takes_no_header_away() -> None:
    found = layout("""
amount,city,day
1.5,1.5,1,5,1,5
x,x,x
""")

    assert found.skip == 1
