"""Specs on disk: what is written is read back, and what is wrong is named in one line."""

from pathlib import Path

import pytest
import yaml

from tieout.model.errors import InputError
from tieout.reconcile.infer import Choice, Inferred
from tieout.reconcile.spec import Spec
from tieout.reconcile.spec_file import load_spec, spec_text, write_spec

SMALLEST = "left: {name: bank, amount: value}\nright: {name: ledger, amount: amt}\n"
FULL = """
reconciliation: bank_vs_ledger
left:
  name: bank
  source: bank/*.csv
  key: [Referenz, "Jahr: 1"]
  amount: {debit: Soll, credit: Haben, format: {decimal: ",", thousands: "."}}
  currency: Währung
  criteria: {desk: "no"}
  date: {column: Buchungstag, format: {patterns: ["%d.%m.%Y", "%d.%m.%y"]}}
  comment: [Verwendungszweck]
right:
  name: ledger
  key: [doc_no, year]
  amount: {column: amt, direction: dc, negative: [D, S], sign: -1}
  currency_fixed: EUR
  date: posted
  criteria: {desk: "yes"}
scale: 3
normalise: {Referenz: [strip, upper], key: [digits]}
passes:
  - exact: {on: [key, currency, amount, date]}
  - tolerance: {on: [key], amount: {absolute: 0.05, by_currency: {JPY: 5}}, days: {after: 3}}
  - group: {on: [key], size_max: 12}
evidence: {fees: [{fixed: 0.30, percent: 2.9}], settlement_days: 5, calendar: "NO"}
history: {runs: 12}
"""


def load(text: str, folder: Path) -> Spec:
    """Write a text and load it."""
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    return load_spec(path)


@pytest.mark.parametrize("text", [SMALLEST, FULL])
def test_what_is_written_is_read_back_by_any_reader_of_yaml(text: str, tmp_path: Path) -> None:
    spec = load(text, tmp_path)
    written = spec_text(spec)
    assert Spec.model_validate(yaml.safe_load(written)) == spec
    assert load(written, tmp_path) == spec


def test_every_line_that_is_written_fits_on_a_screen(tmp_path: Path) -> None:
    spec = load(FULL, tmp_path)
    choices = [Choice("key", "a = b", "many words " * 60, 0.9), Choice("sign", "x", "y", 0.1, True)]
    assert max(len(line) for line in spec_text(spec, choices).splitlines()) <= 100


def test_on_and_no_are_words_and_true_is_not(tmp_path: Path) -> None:
    text = SMALLEST + ("passes: [{exact: {on: [amount]}}]\nevidence: {calendar: NO}\n")
    spec = load(text, tmp_path)
    assert spec.passes[0].exact is not None
    assert spec.passes[0].exact.on == ("amount",)
    assert spec.evidence.calendar == "NO"
    plain = "left: {name: a, amount: {column: x, format: {plain: true}}}\n"
    assert load(plain + SMALLEST.splitlines()[1], tmp_path).left.amount.format.plain


def test_each_choice_stands_above_what_it_explains(tmp_path: Path) -> None:
    spec = load(FULL, tmp_path)
    choices = (
        Choice("key", "Referenz = doc_no", "1,812 of 2,000 are found.", 0.9),
        Choice("sign", "right side turned around", "All joined rows say so.", 1.0),
        Choice("passes", "exact", "Dates are exceptions.", 0.8),
    )
    lines = [line.strip() for line in spec_text(spec, choices).splitlines()]
    at = lines.index("# key: Referenz = doc_no. 1,812 of 2,000 are found.")
    assert lines[at + 1].startswith("key: [Referenz")
    at = lines.index("# sign: right side turned around. All joined rows say so.")
    assert lines[at + 1] == "amount:"
    assert lines[at + 2] == "column: amt"
    assert lines[lines.index("# passes: exact. Dates are exceptions.") + 1] == "passes:"


def test_doubts_are_listed_at_the_top(tmp_path: Path) -> None:
    spec = load(SMALLEST, tmp_path)
    doubt = Choice("key", "none", "No columns share values.", 0.5, uncertain=True)
    sure = Choice("amount", "value = amt", "All agree.", 0.9)
    path = tmp_path / "inferred.yaml"
    write_spec(Inferred(spec, (sure, doubt)), path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert "Look at these" in lines[0]
    assert lines[1] == "#   - key: none. No columns share values."
    assert not any("All agree" in line for line in lines[:3])
    assert load_spec(path) == spec


def test_without_doubts_it_says_so(tmp_path: Path) -> None:
    spec = load(SMALLEST, tmp_path)
    text = spec_text(spec, [Choice("amount", "value = amt", "All agree.", 0.9)])
    assert text.startswith("# Inferred from samples of both sides. Nothing was uncertain.")


def test_names_of_columns_cannot_break_out_of_a_comment(tmp_path: Path) -> None:
    spec = load(SMALLEST, tmp_path)
    nasty = Choice("key", "a\nright: {}\n# b", "c\r\nleft: {}", 0.1, uncertain=True)
    assert Spec.model_validate(yaml.safe_load(spec_text(spec, [nasty]))) == spec


@pytest.mark.parametrize(
    "name", ["yes", "null", "1", "a: b", "# x", "'quoted\"", "line\nbreak", " padded ", "{a}", "é"]
)
def test_any_column_name_comes_back(name: str, tmp_path: Path) -> None:
    left = {"name": "bank", "amount": {"column": name}, "key": [name]}
    spec = Spec.model_validate({"left": left, "right": left})
    assert load(spec_text(spec), tmp_path) == spec


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a mapping with `left` and `right`"),
        ("- 1", "expected a mapping with `left` and `right`"),
        ("a: [1", "line 1, column 6: expected ',' or ']', but got '<stream end>'"),
        ("left: 5\nright: {name: b, amount: x}", "left: expected a mapping of fields, not 5"),
        ("right: {name: b, amount: x}", "left: is missing"),
        (SMALLEST + "typo: 1", "typo: no such field"),
        (SMALLEST + "scale: 9", "scale: input should be less than or equal to 6, not 9"),
        (
            "left: {name: a, amount: {debit: x}}\nright: {name: b, amount: x}",
            "left.amount: `debit` and `credit` go together",
        ),
        (
            "left: {name: a, amount: x, key: [a]}\nright: {name: b, amount: y}",
            "spec: left.key has 1 columns and right.key 0: they are paired by position",
        ),
        (
            SMALLEST + "passes: [{tolerance: {days: {before: -1}}}]",
            "passes.0.tolerance.days.before: input should be greater than or equal to 0, not -1",
        ),
        (
            SMALLEST + "passes: [{}]",
            "passes.0: a pass is exactly one of: exact, tolerance, group, netting, keyless",
        ),
        ("left: {}\nright: {name: b, amount: x}", "left.name: is missing (and 1 more)"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(text, tmp_path)
    said = str(caught.value)
    assert said == f"{tmp_path / 'spec.yaml'}: {message}"
    assert "\n" not in said


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.yaml: cannot be read: No such file"):
        load_spec(tmp_path / "none.yaml")


def test_a_file_that_is_no_text_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8 text"):
        load_spec(path)
