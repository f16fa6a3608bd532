"""Rules off the disk."""

from pathlib import Path

import pytest

from tieout.detect.rules.load import load_rules, rules_of, shipped_rules
from tieout.detect.rules.model import Learnt, Severity
from tieout.model.errors import InputError

GOOD = """
rules_version: 3
name: ours
params:
  big: 100
rules:
  - id: big-one
    version: 2
    title: Big
    when: amount > big
    reason: "{amount} is over {big}"
    severity: high
    owner: ann
    typology: test
"""


def test_a_file_of_rules_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(GOOD, encoding="utf-8")
    found = load_rules(path, "payments")
    assert found.name == "ours"
    (rule,) = found.rules
    assert (rule.id, rule.version, rule.severity, rule.owner) == (
        "big-one",
        2,
        Severity.HIGH,
        "ann",
    )
    assert rule.params == {"big": 100.0}
    assert found.sources == {"big-one": str(path)}


@pytest.mark.parametrize(
    ("profile", "some"),
    [
        (
            "payments",
            {"night-high-amount", "new-country", "burst", "impossible-travel", "fast-duplicate"},
        ),
        ("journal", {"unbalanced-entry", "self-approved", "weekend-high-amount"}),
        ("generic", set()),
    ],
)
def test_profiles_come_with_rules(profile: str, some: set[str]) -> None:
    found = load_rules(None, profile)  # type: ignore[arg-type]
    assert some <= {rule.id for rule in found.rules}


@pytest.mark.parametrize("name", ["payments", "journal", "typologies"])
def test_shipped_rules_are_complete(name: str) -> None:
    for rule in shipped_rules(name).rules:
        assert rule.title
        assert rule.owner
        assert rule.typology
        assert "{" in rule.reason
        assert rule.enabled


def test_typologies_cover_what_is_promised() -> None:
    found = {rule.typology for rule in shipped_rules("typologies").rules}
    assert {"card testing", "chargeback abuse", "bot", "structuring"} <= found


def test_a_file_may_extend_and_replace_shipped_rules() -> None:
    text = """
extends: payments
rules:
  - id: burst
    title: Our burst
    when: burst_10m >= 9
    reason: "{burst_10m}"
  - id: fast-duplicate
    title: Off
    when: 1 = 1
    reason: off
    enabled: false
"""
    found = rules_of(text, source="ours.yaml")
    ids = [rule.id for rule in found.rules]
    assert ids == [rule.id for rule in shipped_rules("payments").rules]
    assert next(rule for rule in found.rules if rule.id == "burst").title == "Our burst"
    assert found.sources["burst"] == "ours.yaml"
    assert found.sources["new-country"] == "payments.yaml"


def test_rules_not_enabled_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(
        "extends: payments\nrules:\n  - {id: burst, title: x, when: 1 = 1, reason: x, "
        "enabled: false}\n",
        encoding="utf-8",
    )
    assert "burst" not in {rule.id for rule in load_rules(path, "payments").rules}


def test_a_limit_is_a_rule_in_short() -> None:
    text = """
limits:
  - id: quantity_difference
    of: abs(quantity_left - quantity_right)
    above: 100
    severity: critical
    owner: desk
  - {id: price, title: Price, of: price, above: 10, below: 1}
"""
    first, second = rules_of(text, source="limits.yaml").rules
    assert first.title == "Quantity difference"
    assert first.when == "measured > limit_above"
    assert first.let == {"measured": "abs(quantity_left - quantity_right)"}
    assert first.params == {"limit_above": 100.0}
    assert first.severity is Severity.CRITICAL
    assert second.when == "measured > limit_above OR measured < limit_below"


def test_a_learnt_parameter_names_one_column_or_several() -> None:
    text = GOOD.replace("big: 100", "big: {quantile: 0.9, of: amount, by: customer}")
    (rule,) = rules_of(text, source="x.yaml").rules
    learnt = rule.params["big"]
    assert isinstance(learnt, Learnt)
    assert learnt.by == ("customer",)
    assert learnt.group_rows_min == 20
    assert learnt.model_copy(update={"quantile": 0.999}).group_rows_min == 2000
    assert learnt.model_copy(update={"rows_min": 7}).group_rows_min == 7


def test_no_stays_a_country() -> None:
    text = GOOD.replace("when: amount > big", "when: country = 'NO'").replace(
        "owner: ann", "owner: NO"
    )
    assert rules_of(text, source="x.yaml").rules[0].owner == "NO"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("when: amount > big", "when: amount > (select 1)", r"rule big-one: when: 'select' is not"),
        ("when: amount > big", "when: ''", "rule big-one: when: .*at least 1 character"),
        ("    when: amount > big\n", "", "rule big-one: when: .*missing"),
        ("severity: high", "severity: huge", "rule big-one: severity: .*'low', 'medium'"),
        ("id: big-one", "id: Big One", "rule Big One: id: "),
        ("owner: ann", "onwer: ann", "rule big-one: onwer: no such field"),
        ('reason: "{amount} is', 'reason: "{amount!r} is', "rule big-one: reason: {amount}"),
        ("version: 2", "version: 0", "rule big-one: version: .*greater than or equal to 1"),
        ("big: 100", "big: {quantile: 2, of: a}", "params.big.quantile: .*less than 1"),
        ("big: 100", "big: {quantile: 0.5, of: 'sum(a)'}", "params big: of: there is no function"),
        ("big: 100", "1big: 100", "params"),
        ("typology: test", "typology: test\n    may_flag_above: 2", "may_flag_above"),
        ("typology: test", "typology: test\n    let: {big: amount}", "in `params` and in `let`"),
        ("rules_version: 3", "rules_version: x", "rules_version: "),
    ],
)
def test_a_bad_rule_is_told_with_file_rule_and_expectation(
    old: str, new: str, message: str
) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match=message) as refused:
        rules_of(GOOD.replace(old, new), source="ours.yaml")
    assert str(refused.value).startswith("ours.yaml: ")
    assert "\n" not in str(refused.value)


def test_ids_differ_within_a_file() -> None:
    twice = GOOD + "limits:\n  - {id: big-one, of: amount, above: 1}\n"
    with pytest.raises(InputError, match=r"ours.yaml: rule big-one: is there twice"):
        rules_of(twice, source="ours.yaml")


def test_a_limit_needs_a_bound() -> None:
    with pytest.raises(InputError, match=r"rule x: .*needs `above` or `below`"):
        rules_of("limits:\n  - {id: x, of: amount}\n", source="ours.yaml")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"- 1\n", "expected a mapping"),
        (b"rules: [\n", "line 2: "),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"extends: everything\n", "extends"),
    ],
)
def test_a_bad_file_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as refused:
        load_rules(path, "generic")
    assert str(refused.value).startswith(str(path))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.yaml: cannot be read"):
        load_rules(tmp_path / "none.yaml", "generic")
