"""A spec proposed for two files, and corrected by a person."""

from pathlib import Path

import pytest

from tieout.model.errors import InputError
from tieout.pipeline.propose_spec import Pair, correct, pairs, propose_spec
from tieout.pipeline.reconcile import ReconcileJob, reconcile
from tieout.reconcile.infer.model import Inferred
from tieout.reconcile.spec_file import write_spec

LEFT = "booked,value date,reference,amount,ccy,who\n" + "".join(
    f"2026-03-{n % 27 + 1:02d},2026-04-{n % 27 + 1:02d},R{n},{n}.10,EUR,Shop {n}\n"
    for n in range(1, 41)
)
RIGHT = "posted,doc,debit,credit,currency,name\n" + "".join(
    f"{n % 27 + 1:02d}/03/2026,R{n},{n}.10,,EUR,SHOP {n}\n" for n in range(1, 41)
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """A bank and a ledger with other names and another way to write days and amounts."""
    (tmp_path / "bank.csv").write_text(LEFT)
    (tmp_path / "ledger.csv").write_text(RIGHT)
    return str(tmp_path / "bank.csv"), str(tmp_path / "ledger.csv")


def pair_of(found: tuple[Pair, ...], role: str) -> tuple[str, str]:
    return next((pair.left, pair.right) for pair in found if pair.role == role)


def test_columns_are_paired_role_by_role(files: tuple[str, str]) -> None:
    proposal = propose_spec(*files)
    found = pairs(proposal.spec)
    assert pair_of(found, "key") == ("reference", "doc")
    assert pair_of(found, "amount") == ("amount", "debit less credit")
    assert pair_of(found, "currency") == ("ccy", "currency")
    assert pair_of(found, "date") == ("booked", "posted")
    assert proposal.spec.reconciliation == "bank_vs_ledger"


def test_a_person_sees_what_else_there_is_with_examples(files: tuple[str, str]) -> None:
    proposal = propose_spec(*files)
    assert set(proposal.left.columns) == {
        *("booked", "value date", "reference", "amount", "ccy", "who"),
    }
    assert proposal.left.columns["ccy"] == ("EUR",)
    assert proposal.left.dates == ("booked", "value date")
    assert "debit less credit" in proposal.right.amounts
    assert any(choice.subject == "key" for choice in proposal.choices)


def test_the_pairing_as_it_is_gives_the_spec_as_it_is(files: tuple[str, str]) -> None:
    spec = propose_spec(*files).spec
    assert correct(spec, pairs(spec), *files) == spec


def test_a_corrected_date_is_read_as_its_column_writes_it(files: tuple[str, str]) -> None:
    spec = propose_spec(*files).spec
    chosen = [Pair("key", "reference", "doc"), Pair("date", "value date", "posted")]
    corrected = correct(spec, chosen, *files, name="bank april")
    assert corrected.reconciliation == "bank april"
    assert corrected.left.date is not None
    assert corrected.left.date.column == "value date"
    assert corrected.right == spec.right


def test_what_one_side_has_not_got_is_not_compared(files: tuple[str, str]) -> None:
    spec = propose_spec(*files).spec
    chosen = [
        Pair("key", "reference", "doc"),
        Pair("date", "", "posted"),
        Pair("currency", "", "currency"),
    ]
    corrected = correct(spec, chosen, *files)
    exact = next(each.exact for each in corrected.passes if each.exact)
    assert exact.on == ("key", "amount")


def test_a_corrected_spec_runs(files: tuple[str, str], tmp_path: Path) -> None:
    proposal = propose_spec(*files)
    chosen = [Pair("key", "reference", "doc"), Pair("date", "", "")]
    spec = correct(proposal.spec, chosen, *files)
    write_spec(Inferred(spec, ()), tmp_path / "spec.yaml")
    done = reconcile(
        ReconcileJob(
            left=files[0], right=files[1], spec=tmp_path / "spec.yaml", out=tmp_path / "run"
        )
    )
    assert done.manifest.counts["breaks"]["total"] == 0


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (Pair("key", "nothing", "doc"), "bank: has no column nothing"),
        (Pair("currency", "ccy", "nothing"), "ledger: has no column nothing"),
        (Pair("date", "who", "posted"), "bank: who does not read as a date"),
        (Pair("amount", "who", "debit less credit"), "bank: who does not read as an amount"),
        (Pair("amount", "", "debit less credit"), "bank: nothing does not read as an amount"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(files: tuple[str, str], pair: Pair, said: str) -> None:
    spec = propose_spec(*files).spec
    with pytest.raises(InputError, match=said):
        correct(spec, [pair], *files)
