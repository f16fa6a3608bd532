"""The models of a workspace in memory, kept current while files change."""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tieout.model.errors import InputError
from tieout.pipeline.data_sets import POINTER_FILE
from tieout.pipeline.detection.job import DetectJob
from tieout.pipeline.detection.store import FOLDER as MODELS_FOLDER
from tieout.pipeline.scoring.candidates import ROWS_ENOUGH, candidates
from tieout.pipeline.scoring.cuts import CUTS_FILE, read_cuts
from tieout.pipeline.scoring.learn import learn_model, practice_job
from tieout.pipeline.scoring.model import ScoringModel
from tieout.pipeline.scoring.naming import plain_name

MODELS_MAX: Final = 4


class NoModelError(Exception):
    """There is no model that could judge; the sentence says what to do."""


class NoProfileError(NoModelError):
    """There are models, and none is of the profile that was named."""


@dataclass(frozen=True)
class _Loaded:
    models: tuple[ScoringModel, ...]
    signature: tuple[object, ...]


class ScoringModels:
    """Loaded once, loaded again when the workspace's models, runs, data or cuts have changed.

    with_practice: a workspace that has neither runs nor data gets a model of practice payments.
    Readers never wait: they use what is loaded until the next models are ready.
    """

    def __init__(
        self,
        workspace: Path,
        *,
        with_practice: bool = True,
        announce: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.workspace = workspace
        self.with_practice = with_practice
        self._announce = announce
        self._loaded: _Loaded | None = None
        self._loading = threading.Lock()
        self._complaint = ""
        self._kept: dict[tuple[object, ...], ScoringModel] = {}

    @property
    def models(self) -> tuple[ScoringModel, ...]:
        """What is loaded; nothing before the first load."""
        return self._loaded.models if self._loaded else ()

    @property
    def is_loaded(self) -> bool:
        """Whether a load has finished, with a model or without."""
        return self._loaded is not None

    def refresh(self) -> bool:
        """Load where nothing is loaded or files have changed; whether it did. One at a time."""
        with self._loading:
            if self._loaded is not None and self._loaded.signature == self._signature():
                return False
            learnt = self._learnt()
            self._kept = {
                key: each for key, each in self._kept.items() if any(each is one for one in learnt)
            }
            # Learning keeps its detectors: that change is our own.
            self._loaded = _Loaded(self._cut(learnt), self._signature())
            return True

    def choose(self, fields: Collection[str] = (), profile: str | None = None) -> ScoringModel:
        """The model that knows most of some fields, of a profile if one is named.

        Of two that know as many, it is the one that knows fewer others. What was learnt from few
        rows counts half: a small file does not take over from a large one. Raises NoModelError
        where there is none.
        """
        loaded = [model for model in self.models if profile in {None, model.profile}]
        if not loaded:
            kind = NoProfileError if self.models else NoModelError
            raise kind(self._why_none(profile))
        if len(loaded) == 1:
            return loaded[0]
        plain = {plain_name(name) for name in fields}

        def known(model: ScoringModel) -> tuple[float, float]:
            names = model.shape.plain_names
            both = len(names & plain)
            share = both / max(1, len(names) + len(plain) - both)
            return both * (1.0 if model.rows >= ROWS_ENOUGH else 0.5), share

        return max(loaded, key=known)

    def _learnt(self) -> list[ScoringModel]:
        found: list[ScoringModel] = []
        self._complaint = ""
        for candidate in candidates(self.workspace):
            if len(found) < MODELS_MAX:
                found += self._model(candidate.job)
        if not found and self.with_practice:
            found += self._model(practice_job(self.workspace), practice=True)
        return found

    def _model(self, job: DetectJob, *, practice: bool = False) -> list[ScoringModel]:
        """The model of a job, once more where it is loaded and nothing of it has changed."""
        kept = self._kept.get(self._key(job))
        if kept is not None:
            return [kept]
        try:
            model = learn_model(job, practice=practice)
        except InputError as error:
            self._complaint = str(error)
            self._announce(str(error))
            return []
        # Learning may have written the detectors that it learnt: the key is that of afterwards.
        self._kept[self._key(job)] = model
        return [model]

    def _key(self, job: DetectJob) -> tuple[object, ...]:
        parts = [Path(str(job.file)), *([job.rules] if job.rules else [])]
        parts += sorted((self.workspace / MODELS_FOLDER).glob(f"{job.profile}-*.npz"))
        roles = sorted(map(str, job.roles.items()))
        return (job.profile, job.policy, job.seed, *roles, *((str(p), *_stamp(p)) for p in parts))

    def _cut(self, models: list[ScoringModel]) -> tuple[ScoringModel, ...]:
        cuts: Mapping[str, float] = read_cuts(self.workspace)
        return tuple(
            model.with_threshold(cuts[model.profile]) if model.profile in cuts else model
            for model in models
        )

    def _why_none(self, profile: str | None) -> str:
        if not self.is_loaded:
            return "the models are being loaded; try again in a moment"
        kind = f" of profile {profile}" if profile else ""
        hint = f" ({self._complaint})" if self._complaint else ""
        return (
            f"the workspace has no model{kind}{hint}: run `tieout detect FILE` in it, or upload a "
            "CSV file of transactions"
        )

    def _signature(self) -> tuple[object, ...]:
        """Changes whenever a model, a finished detection, the data sets or a cut does."""
        root = self.workspace
        runs = sorted(path.name for path in (root / "runs").glob("*-detect*"))
        files = [root / POINTER_FILE, root / CUTS_FILE, *sorted((root / MODELS_FOLDER).glob("*"))]
        return (*runs, *((str(path), *_stamp(path)) for path in files))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        facts = path.stat()
    except OSError:
        return (0, 0)
    return (facts.st_mtime_ns, facts.st_size)
