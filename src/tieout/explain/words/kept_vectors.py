"""Embeddings of learnt texts, kept from one run to the next: they cost seconds to compute."""

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np

from tieout.explain.words.similarity import FloatArray


@dataclass(frozen=True)
class KeptVectors:
    """A file of texts and their embeddings, named by the model that made them."""

    path: Path

    @classmethod
    def of(cls, folder: Path, files: Sequence[Path]) -> Self:
        """The file in `folder` for the model whose files these are."""
        digest = hashlib.sha256()
        for file in files:
            with file.open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
        return cls(folder / f"embeddings-{digest.hexdigest()[:16]}.npz")

    def within(self, folder: Path) -> Self:
        """The file of the same model in another folder."""
        return type(self)(folder / self.path.name)

    def load(self) -> dict[str, FloatArray]:
        """Text to embedding; nothing where there is no file or it cannot be read."""
        try:
            with self.path.open("rb") as content, np.load(content, allow_pickle=False) as kept:
                forms, vectors = kept["forms"].tolist(), kept["vectors"]
        except (OSError, EOFError, ValueError, KeyError, BadZipFile):
            return {}
        if vectors.ndim != 2 or len(forms) != len(vectors):
            return {}
        return dict(zip(forms, vectors.astype(np.float64), strict=True))

    def save(self, known: Mapping[str, FloatArray], *, halved: bool = False) -> None:
        """Keep these, aside and then renamed. A folder that cannot be written costs only time.

        halved: each number in two bytes, which keeps three of its digits.
        """
        aside = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                dir=self.path.parent, suffix=".npz", delete=False
            ) as file:
                aside = Path(file.name)
                vectors = np.stack(list(known.values()))
                vectors = vectors.astype(np.float16) if halved else vectors
                np.savez_compressed(file, forms=np.array(list(known)), vectors=vectors)
            aside.replace(self.path)
        except OSError:
            if aside is not None:
                with suppress(OSError):
                    aside.unlink()
