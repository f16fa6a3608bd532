"""The embeddings that come with the package, beside the real model."""

from pathlib import Path

import numpy as np

from tieout.explain.words.embedding import EmbeddingSimilarity
from tieout.explain.words.learnt import LearntTexts
from tieout.explain.words.shipped_vectors import shipped_forms
from tieout.explain.words.taxonomy import shipped_buckets


def test_every_shipped_phrase_has_its_embedding_and_nothing_else_has() -> None:
    # If this fails: python -m tieout.explain.words.shipped_vectors
    assert sorted(EmbeddingSimilarity().shipped.load()) == shipped_forms()


def test_the_shipped_embeddings_are_those_of_the_model() -> None:
    similarity = EmbeddingSimilarity()
    shipped = similarity.shipped.load()
    some = shipped_forms()[::150]
    computed = similarity.embedded(some)
    for form in some:
        np.testing.assert_allclose(shipped[form], computed[form], atol=1e-3)


def test_a_workspace_keeps_only_what_is_not_shipped(tmp_path: Path) -> None:
    learnt = LearntTexts.of(shipped_buckets(), [("wire cut short by the agent", "fee_or_tax")])
    EmbeddingSimilarity(cache=tmp_path).fit(learnt.texts)
    (kept,) = tmp_path.iterdir()
    with np.load(kept) as content:
        assert content["forms"].tolist() == ["wire cut short by the agent"]


def test_shipped_phrases_leave_nothing_in_the_workspace(tmp_path: Path) -> None:
    EmbeddingSimilarity(cache=tmp_path).fit(LearntTexts.of(shipped_buckets(), []).texts)
    assert list(tmp_path.iterdir()) == []
