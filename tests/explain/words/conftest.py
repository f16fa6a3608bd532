"""A model of the shipped buckets, learnt once."""

import csv
from pathlib import Path

import pytest

from tieout.explain.words import WordModel, shipped_buckets
from tieout.explain.words.tfidf import TfidfSimilarity


@pytest.fixture(scope="session")
def shipped() -> WordModel:
    """The shipped buckets by TF-IDF, with nothing decided."""
    return WordModel.fit(shipped_buckets(), similarities=[TfidfSimilarity()])


@pytest.fixture(scope="session")
def dev_comments() -> list[tuple[str, str]]:
    """Comments with their bucket, in other words than the shipped phrases."""
    path = Path(__file__).with_name("dev_comments.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["comment"], row["bucket"]) for row in csv.DictReader(file)]
