import io
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import ConservationError, InputError
from tieout.model.facts import Reject
from tieout.model.formats import AmountFormat, DateFormat
from tieout.sources.fields import AmountField, DateField, StagePlan, TextField, TimeField
from tieout.sources.stage import stage, stage_rows

from .conftest import PLAN, Opener, Stager


def test_it_types_each_field(opened: Opener, engine: DuckDBEngine, tmp_path: Path) -> None:
    source = opened('id,text,total,booked\n7, a ,"1,234.5",31/01/2024 10:05\n8,,2,01/02/2024\n')
    booked = DateFormat(patterns=("%d/%m/%Y %H:%M", "%d/%m/%Y"))
    plan = StagePlan(
        {
            "key": TextField(("id", "text")),
            "comment": TextField(("text",)),
            "amount": AmountField("total", format=AmountFormat(thousands=",")),
            "date": DateField("booked", format=booked),
            "time": TimeField("booked", format=booked),
        },
        scale=2,
    )

    result = stage(source, plan, engine=engine, path=tmp_path / "new" / "staged.parquet")

    frame = engine.fetch(result.table.order_by("row"))
    assert frame.schema == {
        "row": pl.Int64,
        "key": pl.String,
        "comment": pl.String,
        "amount": pl.Int64,
        "date": pl.Int32,
        "time": pl.Int32,
    }
    assert frame.rows() == [
        (1, "7 | a", "a", 123450, 19753, 36300),
        (2, "8 | ", "", 200, 19754, None),
    ]
    assert (result.rows, result.rejected, result.rejects) == (2, 0, ())


def test_a_row_that_cannot_be_read_is_a_reject_and_keeps_its_number(
    opened: Opener, staged: Stager
) -> None:
    result = staged(
        opened(
            "ref,amount,day\nA,1.00,2024-01-31\nB,x,2024-01-31\n\nC,1.005,2024-01-31\n"
            "D,,2024-01-31\nE,2.00,2024-02-30\nF,3.00,\nG,99999999999999999999,2024-01-31\n"
            "H,4.00,2024-01-31\n"
        )
    )

    assert result.rows == [(1, "A", 100, 19753), (8, "H", 400, 19753)]
    day = "a date such as 2024-01-31 (%Y-%m-%d)"
    assert result.faults == [
        (2, "amount", "x", "an amount such as 1234.56"),
        (3, "amount", "1.005", "an amount with at most 2 decimals"),
        (4, "amount", "", "an amount such as 1234.56"),
        (5, "day", "2024-02-30", day),
        (6, "day", "", day),
        (
            7,
            "amount",
            "99999999999999999999",
            "an amount of at most 92,233,720,368,547,758.07",
        ),
    ]
    assert (result.staged.rows, result.staged.rejected) == (8, 6)


def test_a_broken_row_is_a_reject_among_those_that_cannot_be_read(
    opened: Opener, staged: Stager
) -> None:
    result = staged(
        opened(
            "ref,amount,day\nA,1.00,2024-01-31\nB,2\nC,x,2024-01-31\nD,4,2024-01-31,5\n"
            'E,"5,2024-01-31\nF,6,2024-01-31\n"G" ,"7.00",2024-01-31\nH,8,2024-01-31,\n'
        )
    )

    assert [row[:3] for row in result.rows] == [
        (1, "A", 100),
        (6, "F", 600),
        (7, "G", 700),
        (8, "H", 800),
    ]
    assert result.faults == [
        (2, "", "B,2", "3 fields, found 2"),
        (3, "amount", "x", "an amount such as 1234.56"),
        (4, "", "D,4,2024-01-31,5", "3 fields, found 4"),
        (5, "", 'E,"5,2024-01-31', 'a quoted value that ends at its closing "'),
    ]
    assert (result.staged.rows, result.staged.rejected) == (8, 4)


def test_a_reject_names_its_file(opened: Opener, staged: Stager) -> None:
    result = staged(opened("ref,amount,day\nA,x,2024-01-31\n", "june.csv"))

    assert result.staged.rejects == (
        Reject("june.csv", 1, "amount", "x", "an amount such as 1234.56"),
    )


def test_a_reject_stands_on_one_line(opened: Opener, staged: Stager) -> None:
    result = staged(opened('ref,amount,day\nA,"1\n2",2024-01-31\n'))

    assert result.faults == [(1, "amount", "1 2", "an amount such as 1234.56")]


def test_it_lists_as_many_rejects_as_asked_for_and_counts_all(
    opened: Opener, staged: Stager
) -> None:
    rows = "".join(f"A{n},x,2024-01-31\nB{n}\n" for n in range(20))
    result = staged(opened("ref,amount,day\n" + rows), rejects_max=3)

    assert [row for row, *_ in result.faults] == [1, 2, 3]
    assert (result.staged.rows, result.staged.rejected) == (40, 40)
    assert result.rows == []


def test_what_is_not_required_may_be_missing_but_not_wrong(opened: Opener, staged: Stager) -> None:
    plan = StagePlan(
        {
            "amount": AmountField("amount", format=AmountFormat(plain=True), required=False),
            "date": DateField("day", required=False),
        },
        scale=2,
    )
    result = staged(opened("ref,amount,day\nA,,\nB,x,\nC,,never\n"), plan)

    assert result.rows == [(1, None, None)]
    assert [fault[:3] for fault in result.faults] == [(2, "amount", "x"), (3, "day", "never")]


def test_a_plan_of_text_alone_rejects_nothing(opened: Opener, staged: Stager) -> None:
    plan = StagePlan({"key": TextField(("ref",))}, scale=2)

    assert staged(opened("ref,amount\nA,x\n,1\n"), plan).rows == [(1, "A"), (2, "")]


def test_joined_text_is_empty_where_all_its_parts_are(opened: Opener, staged: Stager) -> None:
    plan = StagePlan({"key": TextField(("a", "b"))}, scale=2)

    assert staged(opened("a,b,c\nx,y,1\n, ,1\n,y,1\n"), plan).rows == [
        (1, "x | y"),
        (2, ""),
        (3, " | y"),
    ]


@pytest.mark.parametrize("odd", ["", " padded", "padded\t"])
def test_text_of_parquet_is_cleaned_wherever_one_value_needs_it(
    opened: Opener, staged: Stager, odd: str
) -> None:
    file = io.BytesIO()
    pl.DataFrame({"ref": ["A1", odd, None], "party": ["x", "y", None]}).write_parquet(file)
    plan = StagePlan({"key": TextField(("ref",)), "both": TextField(("ref", "party"))}, scale=2)

    result = staged(opened(file.getvalue(), "bank.parquet"), plan)

    clean = odd.strip()
    assert result.rows == [(1, "A1", "A1 | x"), (2, clean, f"{clean} | y"), (3, "", "")]


def test_a_direction_turns_amounts_around(opened: Opener, staged: Stager) -> None:
    field = AmountField(
        "amount",
        direction="side",
        negative_values=("D", "DR"),
        format=AmountFormat(plain=True),
    )
    content = "amount,side\n1.00,D\n-2.00,dr\n3.00,C\n-4.00,C\n5.00,\n6.00,d \n"

    for sign in (1, -1):
        plan = StagePlan({"amount": replace(field, sign=sign)}, scale=2)
        found = [row[1] * sign for row in staged(opened(content), plan).rows]
        assert found == [-100, -200, 300, -400, 500, -600]


def test_debit_and_credit_become_one_amount(opened: Opener, staged: Stager) -> None:
    field = AmountField(debit="dr", credit="cr", format=AmountFormat(plain=True))
    content = "dr,cr\n1.00,\n,2.00\n3.00,1.00\n-4.00,0\n0,0\n"

    for sign in (1, -1):
        plan = StagePlan({"amount": replace(field, sign=sign)}, scale=2)
        found = [row[1] * sign for row in staged(opened(content), plan).rows]
        assert found == [100, -200, 200, -400, 0]


def test_debit_and_credit_are_rejected_where_one_is_wrong_or_both_are_missing(
    opened: Opener, staged: Stager
) -> None:
    field = AmountField(debit="dr", credit="cr", format=AmountFormat(plain=True))
    content = f"dr,cr,x\n1.00,n/a,1\n,,1\n{2**63 - 1},,1\n"

    result = staged(opened(content), StagePlan({"amount": field}, scale=0))
    assert result.rows == []
    assert [fault[:3] for fault in result.faults] == [
        (1, "cr", "n/a"),
        (2, "dr", ""),
        (3, "dr", str(2**63 - 1)),
    ]

    loose = StagePlan({"amount": replace(field, required=False)}, scale=0)
    assert staged(opened(content), loose).rows == [(2, None)]


def test_it_says_which_column_is_missing(opened: Opener, staged: Stager) -> None:
    with pytest.raises(InputError) as raised:
        staged(opened("ref,Amount,day\nA,1,2024-01-31\n"))

    assert str(raised.value) == (
        "bank.csv: has no column 'amount'; did you mean 'Amount'? it has 'ref', 'Amount', 'day'"
    )


def test_it_reads_again_exactly_when_the_engine_finds_no_row(
    opened: Opener, staged: Stager
) -> None:
    source = opened("ref,amount,day\nA,1.00,2024-01-31\n")
    blind = replace(source, table=source.table.filter(source.table["ref"] == "nobody"))

    assert staged(blind).rows == [(1, "A", 100, 19753)]


def test_a_failure_without_another_way_is_not_hidden(opened: Opener, staged: Stager) -> None:
    source = opened("ref,amount,day\nA,1.00,2024-01-31\nB,2\n")

    with pytest.raises(Exception, match="CSV"):
        staged(replace(source, exact=None))


def test_it_stops_when_rows_were_lost(opened: Opener, staged: Stager) -> None:
    source = opened("ref,amount,day\nA,1.00,2024-01-31\nB,2.00,2024-01-31\n")

    with pytest.raises(ConservationError, match="3 rows were read, 2 typed"):
        staged(replace(source, rows=3))


def test_it_stages_the_same_bytes_twice(
    opened: Opener, engine: DuckDBEngine, tmp_path: Path
) -> None:
    rows = "".join(f"A{n},{n}.50,2024-01-31\n" for n in range(5_000))
    source = opened("ref,amount,day\n" + rows)

    for name in ("one", "two"):
        stage(source, PLAN, engine=engine, path=tmp_path / name)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_rows_keep_their_numbers_over_many_blocks(
    opened: Opener, engine: DuckDBEngine, tmp_path: Path
) -> None:
    source = opened(
        "ref,amount,day\n"
        + "".join(f"{n},{n}.00,2024-01-31\n{',,' if n % 7 else ''}\n" for n in range(1, 150_001))
    )

    result = stage(source, PLAN, engine=engine, path=tmp_path / "staged.parquet")

    wrong = result.table.filter(result.table["row"].cast("string") != result.table["key"])
    assert engine.fetch(wrong).is_empty()
    assert result.rows == 150_000


def test_rows_keep_their_numbers_however_many_words_turn_an_amount(
    opened: Opener, engine: DuckDBEngine, tmp_path: Path
) -> None:
    filler = "x" * 900
    source = opened(
        "ref,amount,side,note\n"
        + "".join(f"{n},{n}.00,{'CR' if n % 2 else 'DR'},{filler}\n" for n in range(1, 40_001))
    )
    words = ("C", "CR", "CREDIT", "H", "HABEN", "K")
    amount = AmountField("amount", direction="side", negative_values=words)
    plan = StagePlan({"key": TextField(("ref",)), "amount": amount, "n": TextField(("note",))}, 2)

    table = stage(source, plan, engine=engine, path=tmp_path / "staged.parquet").table

    assert engine.fetch(table.filter(table["row"].cast("string") != table["key"])).is_empty()
    credited = engine.fetch(table.filter(table["amount"] < 0).select("row"))
    assert set(credited["row"] % 2) == {1}
    assert credited.height == 20_000


_TWO_FILES = (
    'ref,amount,day\nA,"1.00",2024-01-31\nB,x,2024-01-31\nC,3.00,2024-02-01\n',
    "day,note,amount,ref\n2024-02-02,n,4.00,D\n2024-02-02,,5.00,E\n,,,\n2024-02-30,,6.00,F\n",
)


def test_rows_of_several_files_keep_their_own_numbers_and_rejects(
    opened: Opener, engine: DuckDBEngine
) -> None:
    sources = [opened(text, f"{at}.csv") for at, text in enumerate(_TWO_FILES)]

    first, second = stage_rows(sources, PLAN, engine=engine)

    assert first.frame.columns == ["row", *PLAN.fields]
    assert first.frame["row"].to_list() == [1, 3]
    assert second.frame["row"].to_list() == [1, 2]
    assert [(each.row, each.column, each.value) for each in first.rejects] == [(2, "amount", "x")]
    assert [(each.row, each.column) for each in second.rejects] == [(3, "day")]
    assert (first.rows, first.rejected, second.rows, second.rejected) == (3, 1, 3, 1)


def test_rows_are_those_of_a_staged_table(
    opened: Opener, engine: DuckDBEngine, tmp_path: Path
) -> None:
    source = opened(_TWO_FILES[0])

    (rows,) = stage_rows([source], PLAN, engine=engine)

    table = stage(source, PLAN, engine=engine, path=tmp_path / "staged.parquet")
    assert rows.frame.equals(engine.fetch(table.table.order_by("row")))
    assert (rows.rejects, rows.rows, rows.rejected) == (table.rejects, table.rows, table.rejected)


def test_a_broken_file_does_not_keep_another_from_being_read(
    opened: Opener, engine: DuckDBEngine
) -> None:
    broken = "ref,amount,day\nA,1.00,2024-01-31\nB,2.00\nC,3.00,2024-02-01\n"

    first, second = stage_rows(
        [opened(broken, "broken.csv"), opened(_TWO_FILES[0])], PLAN, engine=engine
    )

    assert first.frame["row"].to_list() == [1, 3]
    assert [each.row for each in first.rejects] == [2]
    assert second.frame["row"].to_list() == [1, 3]


def test_a_column_that_one_of_several_files_lacks_is_told(
    opened: Opener, engine: DuckDBEngine
) -> None:
    with pytest.raises(InputError, match="has no column 'day'"):
        stage_rows(
            [opened(_TWO_FILES[0]), opened("ref,amount\nA,1\n", "lacking.csv")], PLAN, engine=engine
        )
