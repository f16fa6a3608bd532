"""Buckets of a workspace: a YAML list."""

from pathlib import Path

import pytest

from tieout.explain.words.bucket_text import BucketText, buckets_of, extended, load_buckets
from tieout.model.errors import InputError

OWN = """
- name: cash_pooling
  description: The sweep of the evening moves the balance to the master account.
  examples:
    - zero balancing sweep
    - "  sweep to master  "
- name: petty_cash
  description: Small cash expenses.
"""


def written(folder: Path, text: str) -> Path:
    """A file of buckets."""
    path = folder / "buckets.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_it_reads_names_descriptions_and_examples(tmp_path: Path) -> None:
    sweep, cash = load_buckets(written(tmp_path, OWN))
    assert sweep.name == "cash_pooling"
    assert sweep.description.startswith("The sweep of the evening")
    assert sweep.examples == ("zero balancing sweep", "sweep to master")
    assert cash == BucketText("petty_cash", "Small cash expenses.", ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected a list of buckets, each with name, description, examples"),
        ("[]", "expected a list of buckets, each with name, description, examples"),
        ("name: timing", "expected a list of buckets, each with name, description, examples"),
        ("- [1", "buckets.yaml: line "),
        ("- text", "bucket 1: expected name, description and examples"),
        ("- {description: x}", "bucket 1: name: is missing"),
        ("- {name: own}", "bucket own: description: is missing"),
        ("- {name: own, description: ' '}", "bucket own: description: "),
        ("- {name: own, description: 7}", "description: expected text; put quotes around it"),
        ("- {name: Own, description: x}", "name: expected lower-case letters, digits and _"),
        ("- {name: 1st, description: x}", "name: expected lower-case letters, digits and _"),
        ("- {name: own, description: x, color: red}", "color: no such field; expected name"),
        ("- {name: own, description: x, examples: y}", "bucket own: examples: "),
        ("- {name: own, description: x, examples: [no]}", "examples: 0: expected text; put quot"),
        ("- {name: a, description: x}\n- {name: a, description: y}", "a: is there twice"),
        ("- {name: a, description: x}\n- {name: b}", "bucket b: description: is missing"),
        ("- {name: ambiguous, description: x}", "ambiguous: is an outcome, not a kind of break"),
    ],
)
def test_a_bad_file_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError) as raised:
        load_buckets(path)
    message = str(raised.value)
    assert message.startswith(f"{path}: ")
    assert said in message
    assert "\n" not in message


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        load_buckets(tmp_path / "none.yaml")


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "buckets.yaml"
    path.write_bytes(b"- name: \xff\xfe")
    with pytest.raises(InputError, match="not UTF-8 text"):
        load_buckets(path)


def test_yaml_runs_no_code() -> None:
    with pytest.raises(InputError, match="own: "):
        buckets_of("- !!python/object/apply:os.getcwd []", source="own")


def test_own_buckets_come_after_the_shipped_ones() -> None:
    shipped = BucketText("timing", "In transit.", ("pending",))
    own = BucketText("netting", "Set off.")
    assert extended([shipped], [own]) == (shipped, own)


def test_a_bucket_of_the_same_name_adds_its_words() -> None:
    shipped = BucketText("timing", "In transit.", ("pending", "on its way"))
    own = BucketText("timing", "Float.", ("pending", "cheque in the mail"))
    (both,) = extended([shipped], [own])
    assert both.description == "In transit. Float."
    assert both.examples == ("pending", "on its way", "cheque in the mail")


def test_the_shipped_ones_stay_as_they_were() -> None:
    shipped = [BucketText("timing", "In transit.", ("pending",))]
    extended(shipped, [BucketText("timing", "Float.")])
    assert shipped == [BucketText("timing", "In transit.", ("pending",))]
