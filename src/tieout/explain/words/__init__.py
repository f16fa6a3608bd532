"""Comments, references and narratives to buckets."""

from tieout.explain.words.bucket_text import BucketText, extended, load_buckets
from tieout.explain.words.evidence import Fused, fuse_with_evidence
from tieout.explain.words.model import Suggestion, WordModel
from tieout.explain.words.sides import Sides
from tieout.explain.words.taxonomy import shipped_buckets

__all__ = [
    "BucketText",
    "Fused",
    "Sides",
    "Suggestion",
    "WordModel",
    "extended",
    "fuse_with_evidence",
    "load_buckets",
    "shipped_buckets",
]
