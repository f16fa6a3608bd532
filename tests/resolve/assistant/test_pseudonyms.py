"""What leaves holds no personal data, and what comes back is whole again."""

import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.model.errors import InputError
from tieout.model.personal import find_personal
from tieout.resolve.assistant.pseudonyms import KEY_FILE, Pseudonyms, restored, workspace_key

PERSONAL = st.sampled_from(
    [
        "DE89370400440532013000",
        "GB29 NWBK 6016 1331 9268 19",
        "4111 1111 1111 1111",
        "378282246310005",
        "ann.lee+x@mail.example.org",
        "+44 20 7946 0958",
        "<iban:0123456789ab>",
        "<card:x>",
    ]
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TEXTS = st.lists(st.one_of(PERSONAL, WORDS), max_size=8).map(" ".join)


@settings(deadline=None)
@given(TEXTS)
def test_nothing_personal_is_left_after_hiding(text: str) -> None:
    assert find_personal(Pseudonyms(b"key").hide(text)) == []


@settings(deadline=None)
@given(TEXTS)
def test_restoring_gives_the_text_back(text: str) -> None:
    pseudonyms = Pseudonyms(b"key")
    assert restored(pseudonyms.hide(text), pseudonyms.hidden) == text


@settings(deadline=None)
@given(PERSONAL, WORDS, WORDS)
def test_a_value_has_one_pseudonym_wherever_it_stands(value: str, first: str, other: str) -> None:
    pseudonyms = Pseudonyms(b"key")
    alone = pseudonyms.hide(value)
    assert alone in pseudonyms.hide(f"paid; {value} ; {other}")
    assert alone == Pseudonyms(b"key").hide(value)


def test_without_the_key_nobody_can_tell_the_value() -> None:
    value = "DE89370400440532013000"
    assert Pseudonyms(b"one").hide(value) != Pseudonyms(b"two").hide(value)


def test_a_pseudonym_that_somebody_wrote_is_not_taken_for_one_of_ours() -> None:
    pseudonyms = Pseudonyms(b"key")
    ours = pseudonyms.hide("ann@example.org")
    told = pseudonyms.hide(f"send it to {ours}")
    assert ours not in told
    assert restored(told, pseudonyms.hidden) == f"send it to {ours}"


def test_unknown_pseudonyms_stay_as_they_are() -> None:
    assert restored("<iban:0123456789ab>", {}) == "<iban:0123456789ab>"


def test_a_workspace_has_one_key_for_its_owner_alone(tmp_path: Path) -> None:
    key = workspace_key(tmp_path)
    assert len(key) == 64
    assert workspace_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / KEY_FILE).parent.iterdir()] == [KEY_FILE.name]


def test_a_folder_that_is_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / ".tieout").write_text("")
    with pytest.raises(InputError, match=r"pseudonyms\.key: can't be read or written"):
        workspace_key(tmp_path)
