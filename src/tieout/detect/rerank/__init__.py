"""Learning from labels: a better order, which rows to ask about, and how sure to be."""

from tieout.detect.rerank.confidence import Confidence
from tieout.detect.rerank.query import query
from tieout.detect.rerank.reranker import Reranked, Reranker, Usual
from tieout.detect.rerank.validation import Validation

__all__ = ["Confidence", "Reranked", "Reranker", "Usual", "Validation", "query"]
