"""What the words of comments are compared with: shipped buckets, a workspace's own, decisions."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from tieout.explain.words import BucketText, Sides, extended, load_buckets, shipped_buckets
from tieout.explain.words.sides import OUTSIDE_WORDS, OWN_WORDS, SideName
from tieout.explain.words.tokens import tokens
from tieout.model.buckets import Bucket
from tieout.model.errors import InputError
from tieout.pipeline.inputs import fingerprint_file
from tieout.pipeline.workspace import find_workspace
from tieout.reconcile.spec import WordsSpec

BUCKETS_FILE: Final = "buckets.yaml"
DECIDED_FILE: Final = "decided.csv"
CACHE_FOLDER: Final = Path(".tieout") / "words"
_COLUMNS: Final = ("comment", "bucket")


@dataclass(frozen=True)
class Vocabulary:
    """Buckets in words, and comments as people decided them, oldest first.

    sha256: of the files that were read, by field of the spec. cache: where embeddings of the learnt
    texts are kept.
    """

    texts: tuple[BucketText, ...]
    decided: tuple[tuple[str, str], ...]
    sides: Sides
    margin_min: float
    sha256: dict[str, str]
    cache: Path | None = None

    @classmethod
    def of(cls, spec: WordsSpec, names: tuple[str, str], *, cache: Path | None = None) -> Self:
        """Read what a spec names. names: of the left and right side. Raises InputError."""
        sides = Sides(own_side=spec.own_side or own_side_of(names))
        own = load_buckets(Path(spec.buckets)) if spec.buckets else ()
        texts = extended(shipped_buckets(sides), own)
        known = {text.name for text in texts} | {str(Bucket.AMBIGUOUS)}
        decided = load_decided(Path(spec.decided), known) if spec.decided else ()
        files = {"buckets": spec.buckets, "decided": spec.decided}
        sha256 = {name: fingerprint_file(Path(path)).sha256 for name, path in files.items() if path}
        return cls(texts, decided, sides, spec.margin, sha256, cache)

    @property
    def next_steps(self) -> dict[str, str]:
        """What to do about a bucket, where the workspace says so."""
        return {text.name: text.next_step for text in self.texts if text.next_step}


def located(spec: WordsSpec, workspace: Path | None, beside: Path | None) -> WordsSpec:
    """The spec with whole paths: of files beside it, else of the usual ones in the workspace.

    beside: the folder of the spec; None where it was inferred.
    """
    home = find_workspace(workspace)
    found = {}
    for name, usual in (("buckets", BUCKETS_FILE), ("decided", DECIDED_FILE)):
        given = getattr(spec, name)
        if given is not None:
            found[name] = str((beside or Path.cwd()).resolve() / given)
        elif spec.use and (home / usual).is_file():
            found[name] = str((home / usual).resolve())
    return spec.model_copy(update=found)


def own_side_of(names: tuple[str, str]) -> SideName:
    """The side of the own books by what the sides are called; right where that says nothing.

    >>> own_side_of(("gl_april", "bank_april")), own_side_of(("a", "b"))
    ('left', 'right')
    """
    left, right = (set(tokens(name.replace("_", " ").replace("-", " "))) for name in names)
    outside, own = set(OUTSIDE_WORDS), set(OWN_WORDS)
    for_left = bool(left & own) + bool(right & outside)
    for_right = bool(right & own) + bool(left & outside)
    return "left" if for_left > for_right else "right"


def load_decided(path: Path, known: set[str]) -> tuple[tuple[str, str], ...]:
    """Comments and their buckets as people decided, oldest first: a CSV of comment, bucket.

    known: names of buckets. Raises InputError with file, row, column and what was expected.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise InputError(
                    f"{path}: no column {missing[0]!r}; expected the columns comment, bucket"
                )
            rows = [(row["comment"] or "", (row["bucket"] or "").strip()) for row in reader]
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; expected a CSV of comment, bucket") from error
    except csv.Error as error:
        raise InputError(f"{path}: {error}; expected a CSV of comment, bucket") from error
    for number, (_, bucket) in enumerate(rows, start=1):
        if bucket not in known:
            raise InputError(
                f"{path}: row {number}, column bucket: {bucket!r} is no bucket; expected one of "
                f"{', '.join(sorted(known))}"
            )
    return tuple(rows)
