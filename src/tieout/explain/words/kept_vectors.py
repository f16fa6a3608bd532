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

    def save(self, known: Mapping[str, FloatArray]) -> None:
        """Keep these, aside and then renamed. A folder that cannot be written costs only time."""
        aside = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                dir=self.path.parent, suffix=".npz", delete=False
            ) as file:
                aside = Path(file.name)
                np.savez(file, forms=np.array(list(known)), vectors=np.stack(list(known.values())))
            aside.replace(self.path)
        except OSError:
            if aside is not None:
                with suppress(OSError):
                    aside.unlink()
