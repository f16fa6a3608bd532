"""What words are compared with, from the files that a workspace or a spec names."""

from pathlib import Path

import pytest

from tieout.model.errors import InputError
from tieout.pipeline.words_vocabulary import Vocabulary, load_decided, located, own_side_of
from tieout.reconcile.spec import WordsSpec

OWN = "- {name: netting, description: Set off., next_step: Close it.}\n"
KNOWN = {"timing", "netting"}


@pytest.mark.parametrize(
    ("names", "side"),
    [
        (("bank", "ledger"), "right"),
        (("ledger", "bank"), "left"),
        (("GL-2026", "processor_2026"), "left"),
        (("our books", "x"), "left"),
        (("statement", "cashbook"), "right"),
        (("a", "b"), "right"),
        (("ledger_old", "ledger_new"), "right"),
    ],
)
def test_the_names_of_the_sides_tell_whose_books_are_where(
    names: tuple[str, str], side: str
) -> None:
    assert own_side_of(names) == side


def test_files_of_the_workspace_are_found_by_their_usual_names(tmp_path: Path) -> None:
    assert located(WordsSpec(), tmp_path, None) == WordsSpec()
    (tmp_path / "buckets.yaml").write_text(OWN)
    (tmp_path / "decided.csv").write_text("comment,bucket\n")
    found = located(WordsSpec(), tmp_path, None)
    assert found.buckets == str(tmp_path / "buckets.yaml")
    assert found.decided == str(tmp_path / "decided.csv")


def test_files_that_a_spec_names_are_beside_it(tmp_path: Path) -> None:
    found = located(WordsSpec(buckets="mine.yaml"), tmp_path / "elsewhere", tmp_path)
    assert found.buckets == str(tmp_path / "mine.yaml")
    assert found.decided is None


def test_where_words_are_not_used_nothing_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "buckets.yaml").write_text(OWN)
    assert located(WordsSpec(use=False), tmp_path, None).buckets is None


def test_own_buckets_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    path = tmp_path / "buckets.yaml"
    path.write_text(OWN)
    vocabulary = Vocabulary.of(WordsSpec(buckets=str(path)), ("bank", "ledger"))
    names = [text.name for text in vocabulary.texts]
    assert len(names) == 18, "16, unknown and the own one"
    assert names[-1] == "netting"
    assert vocabulary.next_steps == {"netting": "Close it."}
    assert list(vocabulary.sha256) == ["buckets"]


def test_decisions_may_name_own_buckets(tmp_path: Path) -> None:
    buckets, decided = tmp_path / "buckets.yaml", tmp_path / "decided.csv"
    buckets.write_text(OWN)
    decided.write_text('bucket,comment,who\nnetting,"set off, see May",ann\ntiming,,bob\n')
    spec = WordsSpec(buckets=str(buckets), decided=str(decided), own_side="left")
    vocabulary = Vocabulary.of(spec, ("bank", "ledger"))
    assert vocabulary.decided == (("set off, see May", "netting"), ("", "timing"))
    assert vocabulary.sides.own_side == "left"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no column 'comment'; expected the columns comment, bucket"),
        ("comment,cause\na,timing\n", "no column 'bucket'; expected the columns"),
        (
            "comment,bucket\na,timing\nb,tming\n",
            "row 2, column bucket: 'tming' is no bucket; expec",
        ),
        ("comment,bucket\na\n", "row 1, column bucket: '' is no bucket"),
    ],
)
def test_a_bad_file_of_decisions_is_told_in_one_line(
    tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "decided.csv"
    path.write_text(content)
    with pytest.raises(InputError) as raised:
        load_decided(path, KNOWN)
    assert said in str(raised.value)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        load_decided(tmp_path / "none.csv", KNOWN)
    (tmp_path / "bad.csv").write_bytes(b"comment,bucket\n\xff\xfe,timing\n")
    with pytest.raises(InputError, match="not UTF-8 text"):
        load_decided(tmp_path / "bad.csv", KNOWN)
