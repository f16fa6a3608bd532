"""The detectors by name, each imported when it is asked for."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Final

from tieout.detect.detector import Detector

_PLACES: Final = {
    "zscore": ("zscore", "ZScore"),
    "robust_z": ("robust_z", "RobustZ"),
    "bollinger": ("bollinger", "Bollinger"),
    "ewma": ("ewma", "Ewma"),
    "seasonal": ("seasonal", "Seasonal"),
    "isolation_forest": ("isolation_forest", "IsolationForest"),
    "lof": ("lof", "LocalOutlierFactor"),
    "kmeans": ("kmeans", "KMeansDistance"),
    "ecod": ("ecod", "Ecod"),
    "rarity": ("rarity", "Rarity"),
    "benford": ("benford", "Benford"),
}


class _Detectors(Mapping[str, type[Detector]]):
    """Names without imports; a class only where it is looked up."""

    def __getitem__(self, name: str) -> type[Detector]:
        module, kind = _PLACES[name]
        found: type[Detector] = getattr(import_module(f"{__package__}.{module}"), kind)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


DETECTORS: Final[Mapping[str, type[Detector]]] = _Detectors()
