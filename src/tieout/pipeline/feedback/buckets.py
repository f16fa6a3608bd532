"""Corrected buckets move the centroids: their comments join what words are compared with."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from tieout.explain.words import BucketText, extended, load_buckets, shipped_buckets
from tieout.export.aside import written_aside
from tieout.model.buckets import Bucket
from tieout.model.errors import InputError
from tieout.pipeline.feedback.lesson import Lesson, set_aside
from tieout.pipeline.inputs import fingerprint_file
from tieout.pipeline.words_vocabulary import BUCKETS_FILE, DECIDED_FILE, load_decided

LABELS_MIN: Final = 10
_HELD_OUT: Final = 1 / 3
_MEASURE: Final = "share of held-out corrections whose bucket the words name"
Decided = Sequence[tuple[str, str]]


def learn_buckets(workspace: Path, corrected: Decided) -> Lesson:
    """Add corrections to decided.csv, if words name later ones no worse with the earlier ones.

    corrected: (comment, bucket) as people decided, oldest first; those that the file has already
    and those without words are left out. The latest third is held out for the measure. Raises
    InputError for files of words that are wrong.
    """
    texts = _texts(workspace)
    names = {text.name for text in texts} | {str(Bucket.AMBIGUOUS)}
    file = workspace / DECIDED_FILE
    known = load_decided(file, names) if file.is_file() else ()
    had = set(known)
    new = [each for each in corrected if each[0].strip() and each[1] in names and each not in had]
    lesson = Lesson(kind="buckets", subject=DECIDED_FILE, labels=len(new), measure=_MEASURE)
    if len(new) < LABELS_MIN:
        return replace(
            lesson, why=f"{len(new)} of {LABELS_MIN} corrections with words that it needs"
        )
    cut = len(new) - max(1, int(len(new) * _HELD_OUT))
    learnt, held = new[:cut], new[cut:]
    before, after = (_right(texts, each, held) for each in (known, [*known, *learnt]))
    measured = replace(lesson, held_out=len(held), before=before, after=after)
    if after < before:
        return replace(measured, why="worse on the held-out corrections; not used")
    earlier = set_aside(workspace, file)
    _write(file, [*known, *new])
    return replace(
        measured,
        why="used from the next run on",
        used=True,
        file=DECIDED_FILE,
        earlier=earlier,
        sha256=fingerprint_file(file).sha256,
    )


def _texts(workspace: Path) -> tuple[BucketText, ...]:
    own = workspace / BUCKETS_FILE
    return extended(shipped_buckets(), load_buckets(own) if own.is_file() else ())


def _right(texts: Sequence[BucketText], decided: Decided, held: Decided) -> float:
    from tieout.explain.words import WordModel
    from tieout.explain.words.tfidf import TfidfSimilarity

    model = WordModel.fit(texts, decided, similarities=[TfidfSimilarity()])
    found = model.classify([comment for comment, _ in held])
    return sum(each.bucket == bucket for each, (_, bucket) in zip(found, held, strict=True)) / len(
        held
    )


def _write(file: Path, rows: Decided) -> None:
    try:
        with (
            written_aside(file) as part,
            part.open("w", encoding="utf-8", newline="") as stream,
        ):
            writer = csv.writer(stream)
            writer.writerow(("comment", "bucket"))
            writer.writerows(rows)
    except OSError as error:
        raise InputError(f"{file}: cannot be written: {error.strerror or error}") from error
