"""camt.052, camt.053 and camt.054."""

from io import BytesIO
from pathlib import Path

import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.sources.banking.camt import read_camt
from tieout.sources.banking.entry import Entry, Fault
from tieout.sources.open import open_source

HEAD = (
    '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
    "<BkToCstmrStmt><Stmt><Acct><Id><IBAN>NL77ABNA0574908765</IBAN></Id></Acct>"
)
TAIL = "</Stmt></BkToCstmrStmt></Document>"
PAID = """<Ntry><Amt Ccy="EUR">754.25</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-01-05</Dt></BookgDt><ValDt><DtTm>2026-01-06T10:00:00</DtTm></ValDt>
<AcctSvcrRef>B1</AcctSvcrRef><BkTxCd><Prtry><Cd>EI</Cd></Prtry></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId><InstrId>I-9</InstrId></Refs>
<RltdPties><Dbtr><Nm>Ourselves</Nm></Dbtr><Cdtr><Pty><Nm>Insurer</Nm></Pty></Cdtr></RltdPties>
<RmtInf><Ustrd>Policy</Ustrd><Ustrd>857239</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def batch(*amounts: str, total: str = "30.00") -> str:
    """An entry of several transactions."""
    parts = "".join(
        f'<TxDtls><Refs><EndToEndId>E{at}</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">'
        f"{amount}</Amt></TxAmt></AmtDtls></TxDtls>"
        for at, amount in enumerate(amounts)
    )
    return (
        f'<Ntry><Amt Ccy="EUR">{total}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<NtryDtls>{parts}</NtryDtls></Ntry>"
    )


def read(*entries: str) -> list[Entry | Fault]:
    """Entries of a document."""
    return list(read_camt(BytesIO((HEAD + "".join(entries) + TAIL).encode())))


def test_an_entry_has_its_party_reference_and_words() -> None:
    assert read(PAID) == [
        Entry(
            booking_date="2026-01-05",
            value_date="2026-01-06",
            amount="-754.25",
            currency="EUR",
            reference="I-9",
            bank_reference="B1",
            party="Insurer",
            description="Policy 857239",
            account="NL77ABNA0574908765",
            type="EI",
        )
    ]


def test_transactions_that_add_up_to_their_entry_are_told_one_by_one() -> None:
    found = [e for e in read(batch("10.00", "20.00")) if isinstance(e, Entry)]
    assert [(e.amount, e.reference) for e in found] == [("10.00", "E0"), ("20.00", "E1")]


def test_transactions_that_do_not_leave_the_entry_whole() -> None:
    found = [e for e in read(batch("10.00", "19.00")) if isinstance(e, Entry)]
    assert [e.amount for e in found] == ["30.00"]


def test_what_is_pending_is_left_out() -> None:
    assert read(PAID.replace("BOOK", "PDNG")) == []


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("754.25", "x", Fault("amount", "x", "an amount such as 1250.00 in <Amt>")),
        ("DBIT", "", Fault("amount", "", "CRDT or DBIT in <CdtDbtInd>")),
    ],
)
def test_an_entry_that_cannot_be_read_is_a_fault(right: str, wrong: str, fault: Fault) -> None:
    assert read(PAID.replace(right, wrong)) == [fault]


def test_it_is_opened_by_its_content(tmp_path: Path, engine: DuckDBEngine) -> None:
    path = tmp_path / "statement"
    path.write_text(HEAD + PAID + TAIL, encoding="utf-8")
    source = open_source(str(path), engine=engine, workdir=tmp_path / "work")
    assert source.sample(5)["amount"].to_list() == ["-754.25"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + PAID, r"s.xml: line \d+, column \d+: is not sound XML; fetch it again"),
        (HEAD + TAIL, r"s.xml: the statement has no entries"),
        (
            HEAD.replace("<Document", "<!DOCTYPE x [<!ENTITY a 'b'>]><Document") + PAID + TAIL,
            "s.xml: defines document types, which no bank statement does",
        ),
        ("<?xml version='1.0'?><Invoice/>", "s.xml: is XML, but no camt.052, camt.053"),
    ],
)
def test_other_files_are_errors(tmp_path: Path, engine: DuckDBEngine, text: str, said: str) -> None:
    path = tmp_path / "s.xml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        open_source(str(path), engine=engine, workdir=tmp_path / "work")
