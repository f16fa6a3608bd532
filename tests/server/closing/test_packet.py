"""The packet says what the ledger says."""

import re
from collections.abc import Callable
from pathlib import Path

from tieout.server.accounts.models import User
from tieout.server.audit.queries import head
from tieout.server.closing.certifying import balances_at
from tieout.server.closing.checks import check_certifications, review_flux, test_journals
from tieout.server.closing.models import Account, LedgerImport, Period
from tieout.server.closing.packet import packet_of, write_packet

from .conftest import entry

Import = Callable[..., LedgerImport]
test_journals.__test__ = False  # type: ignore[attr-defined]


def load(ledger: Import) -> None:
    ledger(
        "".join(
            entry(
                f"J{at}", f"2026-{1 + at % 10:02}-0{1 + at % 9}", "1000", "4000", f"{100 + at}.25"
            )
            for at in range(60)
        )
    )


def test_the_numbers_of_the_packet_are_those_of_the_ledger(period: Period, ledger: Import) -> None:
    load(ledger)
    packet = packet_of(period)
    (balances,) = [each for each in packet.sections if each.identifier == "balances"]
    expected = {account.code: balances_at(period)[account.pk] for account in Account.objects.all()}
    shown = {row[0]: round(float(row[4].replace(",", "")) * 100) for row in balances.rows[:-1]}
    assert shown == expected
    assert balances.rows[-1][4] == "0.00"
    assert (packet.audit.sequence, packet.audit.hash) == (head().sequence, head().hash)


def test_jobs_write_their_tables_and_the_packet_shows_them(
    period: Period, ledger: Import, workspace: Path
) -> None:
    load(ledger)
    tested = test_journals(period, {})
    assert tested.is_good
    assert tested.figures["entries"] == 6
    reviewed = review_flux(period, {})
    assert reviewed.figures["variances"] > 0
    assert not check_certifications(period, {}).is_good
    folder = workspace / "close" / "2026-10"
    assert {path.name for path in folder.iterdir()} == {
        "journal_tests.csv", "journal_hits.csv", "journal_risk.csv", "sample.csv",
        "journal.xlsx", "movements.csv", "flux.csv", "review.xlsx",
    }  # fmt: skip
    sections = {each.identifier: each for each in packet_of(period).sections}
    assert len(sections["journal_tests"].rows) >= 25
    untold = next(row for row in sections["journal_tests"].rows if row[0] == "Approved at once")
    assert untold[1:] == ("n/a", "n/a", "n/a"), "what the journal does not say is not tested"
    assert sections["movements"].rows


def test_html_and_pdf_are_written_and_the_page_escapes_what_it_shows(
    period: Period, ledger: Import, ann: User
) -> None:
    load(ledger)
    Account.objects.filter(code="6100").update(name="<script>alert(1)</script>")
    html, pdf = write_packet(period)
    text = html.read_text("utf-8")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert head().hash in text
    assert pdf.read_bytes().startswith(b"%PDF")


def test_the_tables_of_a_period_have_the_columns_of_the_contract(
    period: Period, ledger: Import, workspace: Path
) -> None:
    load(ledger)
    test_journals(period, {})
    review_flux(period, {})
    contracts = Path(__file__).parents[3] / "docs" / "reference" / "columns.md"
    section = contracts.read_text("utf-8").split("\n## Files of a period\n")[1].split("\n## ")[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]
    for row in rows:
        name, words = row[1].strip(" `"), row[2]
        if not name.endswith(".csv"):
            continue
        told = [word.split("(")[0].strip() for word in _without_brackets(words).split(",")]
        header = (workspace / "close" / "2026-10" / name).read_text("utf-8").splitlines()[0]
        assert header.split(",") == told, name


def _without_brackets(text: str) -> str:
    """The columns that a line of the contract lists, without remarks."""
    return re.sub(r"\([^)]*\)", "", text.split(":", 1)[1])
