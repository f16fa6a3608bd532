"""Writes the embeddings of the shipped phrases: python -m tieout.explain.words.shipped_vectors.

Computing them takes seconds in each new workspace. Processors may differ in their last digits.
"""

import sys
from typing import get_args

from tieout.explain.words.embedding import SHIPPED_FOLDER, EmbeddingSimilarity
from tieout.explain.words.learnt import LearntTexts
from tieout.explain.words.sides import SideName, Sides
from tieout.explain.words.taxonomy import shipped_buckets
from tieout.explain.words.tokens import canonical


def shipped_forms() -> list[str]:
    """Every text that a model without decisions learns from, whichever side the own books are."""
    forms = set()
    for side in get_args(SideName):
        learnt = LearntTexts.of(shipped_buckets(Sides(own_side=side)), ())
        forms |= {canonical(each) for each in (*learnt.descriptions, *learnt.texts)}
    return sorted(forms)


def main() -> int:
    """Write the file for the installed model, and take away those of others."""
    similarity = EmbeddingSimilarity()
    for other in SHIPPED_FOLDER.glob("embeddings-*.npz"):
        other.unlink()
    similarity.shipped.save(similarity.embedded(shipped_forms()), halved=True)
    sys.stdout.write(f"{similarity.shipped.path.name} written\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
