"""A model of whole rows of numbers, for tables in which nothing is a peer of anything."""

from tieout.detect.novelty.detector import Novelty, cross_scores
from tieout.detect.novelty.model import NoveltyModel

__all__ = ["Novelty", "NoveltyModel", "cross_scores"]
