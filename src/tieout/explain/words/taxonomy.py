"""What people and banks write about the predefined buckets."""

from functools import lru_cache
from importlib import resources
from typing import Final

from tieout.explain.words.bucket_text import BucketText, buckets_of
from tieout.explain.words.sides import Sides
from tieout.model.buckets import Bucket

_EXCHANGED: Final = {
    str(Bucket.MISSING_LEFT): str(Bucket.MISSING_RIGHT),
    str(Bucket.MISSING_RIGHT): str(Bucket.MISSING_LEFT),
}


def shipped_buckets(sides: Sides | None = None) -> tuple[BucketText, ...]:
    """The 16 predefined buckets, then `unknown`: words that say nothing about a cause.

    sides: what comments call the two sides, and on which the own books are (right, if not told);
    a phrase about the sides is there once for each pair of names. Shipped in English with the
    usual banking words in German, French, Spanish, Italian and Dutch.

    >>> [each.name for each in shipped_buckets()][:3]
    ['timing', 'cut_off', 'missing_left']
    >>> named = {each.name: each for each in shipped_buckets(Sides(("custodian",), ("fund",)))}
    >>> [each for each in named["missing_left"].examples if each.startswith("missing on the c")]
    ['missing on the custodian']
    """
    told = sides or Sides()
    found = {each.name: _named(each, told.pairs) for each in _shipped()}
    if told.own_side == "left":
        for name, other in _EXCHANGED.items():
            text = _named(_shipped_bucket(other), told.pairs)
            found[name] = BucketText(name, text.description, text.examples)
    return tuple(found.values())


def neutral_bucket() -> BucketText:
    """The shipped words that say nothing about a cause."""
    return _shipped_bucket(Bucket.UNKNOWN)


def _shipped_bucket(name: str) -> BucketText:
    return next(each for each in _shipped() if each.name == name)


@lru_cache(maxsize=1)
def _shipped() -> tuple[BucketText, ...]:
    file = resources.files("tieout.explain.words").joinpath("shipped/buckets.yaml")
    return buckets_of(file.read_text("utf-8"), source="buckets.yaml")


def _named(bucket: BucketText, pairs: list[tuple[str, str]]) -> BucketText:
    examples = [name for example in bucket.examples for name in _filled(example, pairs)]
    (description,) = _filled(bucket.description, pairs[:1])
    return BucketText(bucket.name, description, tuple(dict.fromkeys(examples)))


def _filled(text: str, pairs: list[tuple[str, str]]) -> list[str]:
    if "{" not in text:
        return [text]
    return [text.format(outside=outside, own=own) for outside, own in pairs]
