"""Specs of an analysis on disk."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tieout.model.errors import InputError
from tieout.pipeline.analyze_spec import AnalyzeSpec, analyze_spec_text, load_analyze_spec
from tieout.reconcile.infer.model import Choice


def written(tmp_path: Path, text: str) -> Path:
    """A spec file."""
    path = tmp_path / "recon.yaml"
    path.write_text(text, encoding="utf-8")
    return path


WHOLE = """
analysis: gl_vs_hub
key: [Company, Account]
id: Trade
criteria: {left: GL Balance, right: {column: iHub, sign: -1}}
date: {column: As of Date, format: {patterns: ["%d-%m-%Y"]}}
currency: Ccy
comment: Remark
status: {column: State, matched: OK}
attributes: [Desk]
tolerance: {absolute: 0.05, percent: 1, by_currency: {JPY: 1}}
scale: 3
current_from: 2025-03-01
severity:
  amounts: [1000, 10000]
  in_pattern: [low, medium, high]
  out_of_pattern: [medium, high, critical]
  old_days: null
"""


def test_a_whole_spec_is_read(tmp_path: Path) -> None:
    spec = load_analyze_spec(written(tmp_path, WHOLE))
    assert (spec.key, spec.id, spec.shared) == (("Company", "Account"), "Trade", ("Desk",))
    assert spec.criteria is not None
    assert (spec.criteria.left.column, spec.criteria.right.sign) == ("GL Balance", -1)
    assert (spec.comment, spec.current_from) == (("Remark",), date(2025, 3, 1))
    assert spec.tolerance.by_currency == {"JPY": Decimal(1)}
    assert spec.named == ("Company", "Account", "Desk", "Trade")
    assert spec.severity.amounts == (Decimal(1000), Decimal(10000))


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    spec = load_analyze_spec(written(tmp_path, WHOLE))
    assert load_analyze_spec(written(tmp_path, analyze_spec_text(spec))) == spec


def test_little_is_needed(tmp_path: Path) -> None:
    spec = load_analyze_spec(written(tmp_path, "derived: Difference"))
    assert (spec.analysis, spec.key, spec.shared) == ("recon", (), ())
    assert spec.amounts == ("Difference",)


def test_columns_called_no_and_on_are_columns(tmp_path: Path) -> None:
    spec = load_analyze_spec(written(tmp_path, "key: [No, On]\nderived: Yes\n"))
    assert (spec.key, spec.amounts) == (("No", "On"), ("Yes",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key: [A]", "criteria"),
        ("derived: d\ncolour: red", "colour: no such field"),
        ("derived: d\ncurrent_from: 2025-01-01", "`current_from` needs `date`"),
        ("criteria: {left: a}", "criteria.right"),
        ("derived: d\nseverity: {in_pattern: [low]}", "in_pattern needs 4 levels"),
        ("derived: d\ntolerance: {absolute: -1}", "tolerance.absolute"),
        ("- a\n- b", "expected a mapping"),
        ("derived: [", "recon.yaml"),
    ],
)
def test_a_bad_spec_is_told_in_one_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"recon\.yaml") as error:
        load_analyze_spec(written(tmp_path, text))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_spec_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_analyze_spec(tmp_path / "none.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        load_analyze_spec(binary)


def test_reasons_stand_above_what_they_are_about_and_doubts_at_the_top() -> None:
    spec = AnalyzeSpec.model_validate({"analysis": "a", "key": ["K"], "derived": "D"})
    text = analyze_spec_text(
        spec,
        (
            Choice("key", "K", "It\ncomes again.", 0.9),
            Choice("derived", "D", "The only amount.", 0.5, uncertain=True),
            Choice("current_from", "2025-01-31", "The last day.", 0.8),
        ),
    )
    lines = text.splitlines()
    assert lines[0].startswith("# Look at these")
    assert lines[1] == "#   - derived: D. The only amount."
    assert lines[lines.index("key:") - 1] == "# key: K. It comes again."
    assert "# current_from: 2025-01-31. The last day." in lines
