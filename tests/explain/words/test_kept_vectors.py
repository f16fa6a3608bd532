"""Embeddings that are kept from one run to the next."""

from pathlib import Path

import numpy as np

from tieout.explain.words.kept_vectors import KeptVectors


def kept(tmp_path: Path, content: str = "model") -> KeptVectors:
    """A file of vectors for a model of this content."""
    model = tmp_path / "model.onnx"
    model.write_text(content)
    return KeptVectors.of(tmp_path / "cache", [model])


def test_what_was_kept_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    known = {"in transit": np.array([0.1, 1 / 3]), "über": np.array([np.pi, -2.0])}
    kept(tmp_path).save(known)
    found = kept(tmp_path).load()
    assert list(found) == ["in transit", "über"]
    assert all(np.array_equal(found[text], known[text]) for text in known)


def test_halved_vectors_keep_three_digits(tmp_path: Path) -> None:
    kept(tmp_path).save({"a": np.array([0.123456, -0.5])}, halved=True)
    np.testing.assert_allclose(kept(tmp_path).load()["a"], [0.1235, -0.5], atol=1e-4)


def test_another_folder_has_a_file_of_the_same_model(tmp_path: Path) -> None:
    vectors = kept(tmp_path)
    assert vectors.within(tmp_path / "other").path == tmp_path / "other" / vectors.path.name


def test_nothing_is_kept_at_first(tmp_path: Path) -> None:
    assert kept(tmp_path).load() == {}


def test_another_model_has_a_file_of_its_own(tmp_path: Path) -> None:
    kept(tmp_path).save({"a": np.ones(2)})
    assert kept(tmp_path, "another model").load() == {}


def test_a_broken_file_is_as_good_as_none(tmp_path: Path) -> None:
    vectors = kept(tmp_path)
    vectors.save({"a": np.ones(2)})
    for content in (b"", b"PK\x03\x04 half", b"words"):
        vectors.path.write_bytes(content)
        assert vectors.load() == {}


def test_a_file_of_other_arrays_is_as_good_as_none(tmp_path: Path) -> None:
    vectors = kept(tmp_path)
    vectors.path.parent.mkdir()
    np.savez(vectors.path, other=np.ones(2))
    assert vectors.load() == {}
    np.savez(vectors.path, forms=np.array(["a", "b"]), vectors=np.ones((1, 2)))
    assert vectors.load() == {}


def test_a_folder_that_cannot_be_made_costs_no_run(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_text("model")
    vectors = KeptVectors.of(model / "below a file", [model])
    vectors.save({"a": np.ones(2)})
    assert vectors.load() == {}


def test_nothing_but_the_file_is_left_in_the_folder(tmp_path: Path) -> None:
    vectors = kept(tmp_path)
    vectors.save({"a": np.ones(2)})
    vectors.save({"b": np.ones(2)})
    assert [path.name for path in vectors.path.parent.iterdir()] == [vectors.path.name]
    assert list(vectors.load()) == ["b"]
