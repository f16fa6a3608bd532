"""Fitted detectors in one file: arrays and JSON, so that reading it runs nothing."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import Json, State
from tieout.detect.detectors.registry import DETECTORS
from tieout.model.errors import InputError

FORMAT: Final = 1


class Keepable(Protocol):
    """What can be kept: a detector, or anything else with a name, a version and a state."""

    name: ClassVar[str]
    version: ClassVar[int]

    def state(self) -> State:
        """All that `restored` needs: JSON values and numpy arrays, never pickles."""
        ...

    @classmethod
    def restored(cls, state: State) -> Self:
        """The one that had this state."""
        ...


_HEADER: Final = "header"
_LIBRARIES: Final = ("numpy", "scipy", "scikit-learn", "numba", "polars")


class SavedModelError(InputError):
    """A file of detectors cannot be used: it is broken, or of another version. Fit anew."""


@dataclass(frozen=True)
class Saved:
    """What a file of detectors holds.

    fingerprint: of the data that they were fitted on. libraries: versions by package at that
    time; others are no obstacle, since only numbers are kept. extra: what the caller added.
    """

    detectors: Mapping[str, Any]
    fingerprint: str
    libraries: Mapping[str, str]
    extra: Json


def save(
    detectors: Mapping[str, Keepable], path: Path, *, fingerprint: str, extra: Json = None
) -> None:
    """Write fitted detectors, each by a name of the caller's, to one file.

    The file appears whole or not at all: it is written beside `path` and renamed. It is a zip of
    numpy arrays, one of which holds JSON; equal states give equal bytes. Raises InputError when
    the file system refuses, ValueError when a detector was not fitted.
    """
    arrays: dict[str, NDArray[np.generic]] = {}
    parts: dict[str, Json] = {}
    for key, detector in detectors.items():
        plain: dict[str, Json] = {}
        places: dict[str, Json] = {}
        for name, value in detector.state().items():
            if isinstance(value, np.ndarray):
                places[name] = f"a{len(arrays)}"
                arrays[f"a{len(arrays)}"] = value
            else:
                plain[name] = value
        parts[key] = {
            "name": detector.name,
            "version": detector.version,
            "state": plain,
            "arrays": places,
        }
    header: dict[str, Json] = {
        "format": FORMAT,
        "libraries": {name: version(name) for name in _LIBRARIES},
        "fingerprint": fingerprint,
        "extra": extra,
        "detectors": parts,
    }
    arrays[_HEADER] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    _write(path, arrays)


def _write(path: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with aside.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        aside.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        aside.unlink(missing_ok=True)


def load(path: Path, *, kinds: Mapping[str, type[Keepable]] = DETECTORS) -> Saved:
    """Read what `save` wrote. `kinds`: classes by the name that they give themselves.

    Raises SavedModelError for a file that is missing, broken or of another format, and for a
    detector that is unknown or whose version differs from the one that wrote it.
    """
    header, arrays = _read(path)
    if header.get("format") != FORMAT:
        raise SavedModelError(f"{path}: has format {header.get('format')}, expected {FORMAT}")
    try:
        detectors = {
            key: _detector(path, kept, arrays, kinds) for key, kept in header["detectors"].items()
        }
        return Saved(detectors, header["fingerprint"], header["libraries"], header["extra"])
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise SavedModelError(f"{path}: is damaged: {error!r}") from error


def _read(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[np.generic]]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        header: dict[str, Any] = json.loads(arrays.pop(_HEADER).tobytes())
    except OSError as error:
        raise SavedModelError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (KeyError, ValueError, TypeError, AttributeError, EOFError, BadZipFile) as error:
        raise SavedModelError(f"{path}: is no file of saved detectors") from error
    if not isinstance(header, dict):
        raise SavedModelError(f"{path}: is no file of saved detectors")
    return header, arrays


def _detector(
    path: Path,
    kept: Mapping[str, Any],
    arrays: Mapping[str, NDArray[np.generic]],
    kinds: Mapping[str, type[Keepable]],
) -> Keepable:
    name, number = kept["name"], kept["version"]
    if name not in kinds:
        raise SavedModelError(f"{path}: has a detector {name!r} that is unknown here")
    kind = kinds[name]
    if kind.version != number:
        raise SavedModelError(f"{path}: {name} has version {number}, expected {kind.version}")
    state = {**kept["state"], **{key: arrays[place] for key, place in kept["arrays"].items()}}
    return kind.restored(state)
