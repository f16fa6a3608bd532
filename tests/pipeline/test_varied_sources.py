"""Files as banks, processors and ledgers write them tie out with no spec."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile

ROWS = 12
CENTS = [123456, -7890, 5, -100000, 2099, 310, -45678, 999999, 1250, -66, 70707, 88]


def day(row: int) -> date:
    """The date of a row: two rows a day, past the twelfth of a month."""
    return date(2025, 3, 9) + timedelta(days=row // 2)


def point(cents: int) -> str:
    return f"{cents / 100:.2f}"


def german(cents: int) -> str:
    return f"{cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))


def indian(cents: int) -> str:
    whole = f"{abs(cents) // 100}"
    head, tail = whole[:-3], whole[-3:]
    groups = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return ",".join([*groups, tail]) + f".{abs(cents) % 100:02d}"


def table(header: str, row: Callable[[int, int], str], rows: int = ROWS) -> str:
    return "\n".join([header, *(row(at, CENTS[at % len(CENTS)]) for at in range(rows))]) + "\n"


def ledger(key: str = "R{:03d}") -> str:
    """The own books: plain numbers, ISO dates."""
    return table(
        "doc_no,posted,amount", lambda at, cents: f"{key.format(at)},{day(at)},{point(cents)}"
    )


BANKS = {
    "German with Soll and Haben": table(
        "Buchungstag;Beleg;Soll;Haben;Währung",
        lambda at, cents: (
            f"{day(at):%d.%m.%Y};R{at:03d};{german(-cents) if cents < 0 else ''};"
            f"{german(cents) if cents > 0 else ''};EUR"
        ),
    ),
    "French with narrow spaces": table(
        "Date d'opération;Référence;Débit;Crédit",
        lambda at, cents: (
            f"{day(at):%d/%m/%Y};R{at:03d};"
            + ";".join(
                f"{abs(cents) / 100:,.2f}".replace(",", "\u202f").replace(".", ",") if mine else ""
                for mine in (cents < 0, cents > 0)
            )
        ),
    ),
    "dollars in parentheses": table(
        "Posted,Ref,Amount",
        lambda at, cents: (
            f"{day(at):%m/%d/%Y} 10:05 PM,R{at:03d},"
            + '"{}"'.format(f"(${-cents / 100:,.2f})" if cents < 0 else f"${cents / 100:,.2f}")
        ),
    ),
    "halves of the day without a space": table(
        "Created,Ref,Total",
        lambda at, cents: f"{day(at):%m/%d/%Y} 1{at % 3}:05PM,R{at:03d},{point(cents)}",
    ),
    "Indian lakhs": table(
        "Txn Date,UTR,Withdrawal Amt.,Deposit Amt.",
        lambda at, cents: (
            f"{day(at):%d/%m/%Y},R{at:03d},"
            + ",".join(f'"{indian(cents)}"' if mine else "" for mine in (cents < 0, cents > 0))
        ),
    ),
    "debit or credit in a column": table(
        "Book Date,Ref No,Amount,D/C",
        lambda at, cents: (
            f"{day(at):%d-%b-%Y},r-{at:03d},{point(abs(cents))},{'D' if cents < 0 else 'C'}"
        ),
    ),
    "minus at the end": table(
        "Datum;Belegnummer;Betrag",
        lambda at, cents: (
            f"{day(at):%d.%m.%y};R{at:03d};{german(abs(cents))}{'-' if cents < 0 else ''}"
        ),
    ),
    "cents and moments of a processor": table(
        "created|payment_reference|amount_cents|state",
        lambda at, cents: f"{day(at)}T0{at % 9}:12:00Z|r{at:03d}|{cents}|settled",
    ),
    "lines above the header": "Statement of account\nIBAN: XX00 1234\n\n"
    + table("Date,Reference,Amount", lambda at, cents: f"{day(at)},R{at:03d},{point(cents)}"),
}


def tied(tmp_path: Path, bank: str, books: str) -> ReconcileResult:
    """Reconcile two texts."""
    for name, text in (("bank.csv", bank), ("books.csv", books)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    paths = [str(tmp_path / name) for name in ("bank.csv", "books.csv")]
    return reconcile(ReconcileJob(left=paths[0], right=paths[1], out=tmp_path / "out"))


@pytest.mark.parametrize("bank", BANKS.values(), ids=BANKS)
def test_every_row_ties_out_with_the_ledger(tmp_path: Path, bank: str) -> None:
    counts = tied(tmp_path, bank, ledger()).manifest.counts
    assert counts["matched"]["groups"] == ROWS
    assert counts["breaks"]["total"] == 0
    assert counts["rejected"] == {"left": 0, "right": 0}


def test_leading_zeros_and_a_prefix_are_read_over(tmp_path: Path) -> None:
    sub_ledger = table(
        "Document;Date;Balance", lambda at, cents: f"{4711 + at:010d};{day(at)};{point(cents)}"
    )
    general = table(
        "invoice,posted,amount", lambda at, cents: f"INV-{4711 + at},{day(at)},{point(cents)}"
    )
    assert tied(tmp_path, sub_ledger, general).manifest.counts["matched"]["groups"] == ROWS


def test_fees_that_a_processor_kept_are_named(tmp_path: Path) -> None:
    def net(at: int, cents: int) -> str:
        return f"R{at:03d};{day(at)};{point(abs(cents) * 20 - 30 - round(abs(cents) * 20 * 0.02))}"

    orders = table("order,date,total", lambda at, c: f"R{at:03d},{day(at)},{point(abs(c) * 20)}")
    counts = tied(tmp_path, orders, table("order;paid;net", net)).manifest.counts
    assert counts["breaks"]["by_bucket"] == {"fee_or_tax": ROWS}


def test_a_total_below_the_rows_is_rejected_and_named(tmp_path: Path) -> None:
    bank = table("Date,Reference,Amount", lambda at, c: f"{day(at)},R{at:03d},{point(c)}")
    result = tied(tmp_path, bank + "Total,,12.00\n", ledger())
    assert result.manifest.counts["rejected"]["left"] == 1
    assert result.manifest.counts["matched"]["groups"] == ROWS


def test_a_statement_that_mixes_marks_and_texts_keeps_its_readable_rows(tmp_path: Path) -> None:
    bank = (
        "REF;DEBIT;CREDIT;DATE\n84 376358;'579,68 USD; ;2024-03-07\n"
        "84 378280;'544,00 $; ;2024-03-07\n84 381667;1084; ;2024-03-08\nTOTAL;2207.68;0;\n"
    )
    books = "ref,date,amount\n84 376358,2024-03-07,579.68\n84 381667,2024-03-08,1084.00\n"
    counts = tied(tmp_path, bank, books).manifest.counts
    assert counts["matched"]["groups"] == 2
    assert counts["rejected"]["left"] == 1


def test_an_invoice_named_in_the_text_of_a_payment_is_its_key(tmp_path: Path) -> None:
    bank = table(
        "Date;Purpose;Amount",
        lambda at, c: f"{day(at)};TRANSFER {at} inv. {7000 + at} thanks;{point(abs(c) * 10 - 25)}",
    )
    books = table(
        "invoice,issued,total", lambda at, c: f"INV-{7000 + at},{day(at)},{point(abs(c) * 10)}"
    )
    counts = tied(tmp_path, bank, books).manifest.counts
    assert counts["breaks"]["by_bucket"] == {"fee_or_tax": ROWS}


def test_a_suffix_of_the_reference_is_read_over(tmp_path: Path) -> None:
    bank = table("Date,Slip,Amount", lambda at, c: f"{day(at)},{90_000 + at}/2025,{point(c)}")
    result = tied(tmp_path, bank, ledger("{:05d}").replace("\n000", "\n900"))
    assert result.manifest.counts["matched"]["groups"] == ROWS
    assert result.manifest.spec["left"]["key"] == ["Slip"]
