"""Which rule of a policy holds where."""

import pytest

from tieout.resolve.autonomy.policy import AutonomyRule, AutonomySpec, Level, Scope
from tieout.resolve.kinds import ActionKind

FEE = Scope(
    reconciliation="bank_vs_ledger", bucket="fee_or_tax", counterparty="Acme", action="write_off"
)


def test_the_first_rule_that_fits_counts() -> None:
    spec = AutonomySpec(
        rules=(
            AutonomyRule(bucket="timing", level=Level.AUTO),
            AutonomyRule(bucket="fee_*", level=Level.MANUAL),
            AutonomyRule(level=Level.AUTO),
        )
    )
    assert spec.rule_for(FEE).level is Level.MANUAL


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reconciliation", "card*"),
        ("bucket", "timing"),
        ("counterparty", "Bravo"),
        ("action", ActionKind.CHASE),
    ],
)
def test_a_rule_fits_in_all_that_it_names(field: str, value: str) -> None:
    assert AutonomyRule(action=ActionKind.WRITE_OFF, counterparty="A?me").fits(FEE)
    assert not AutonomyRule.model_validate({field: value}).fits(FEE)


def test_without_a_rule_it_only_suggests() -> None:
    assert AutonomySpec().rule_for(FEE).level is Level.SUGGEST
    assert AutonomySpec(default=Level.MANUAL).rule_for(FEE).level is Level.MANUAL
    assert AutonomySpec(default=Level.AUTO).rule_for(FEE).level is Level.SUGGEST


def test_a_scope_reads_well() -> None:
    assert str(FEE) == "bank_vs_ledger / fee_or_tax / Acme / write_off"
    assert str(FEE.model_copy(update={"counterparty": ""})).endswith("/ any / write_off")
