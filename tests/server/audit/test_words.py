"""What was done is told in words, for every kind of entry that is written."""

import re
from pathlib import Path

import pytest

import tieout.server
from tieout.server.audit.words import action_words, words_of

WRITTEN = sorted(
    action
    for path in Path(tieout.server.__file__).parent.rglob("*.py")
    for action in re.findall(r'action="([a-z_]+\.[a-z_]+)"', path.read_text("utf-8"))
)


def test_entries_were_found() -> None:
    assert len(WRITTEN) > 30


@pytest.mark.parametrize("action", WRITTEN)
def test_no_entry_is_told_by_its_code(action: str) -> None:
    words = action_words(action)
    assert not set(words) & set("._{}")
    assert words[0].isupper()


def test_what_is_not_known_is_its_code_without_marks() -> None:
    assert action_words("case.decision_approved") == "Case decision approved"
    assert words_of("run_after") == "run after"
