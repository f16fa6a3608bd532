"""All state of a monitor as bytes and back, without pickle: arrays, and a tree of what they are of.

Only numbers, texts, containers, and classes of this package are known; anything else is refused
when it is written, and reading can make nothing else.
"""

import io
import json
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib import import_module
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from pydantic import BaseModel

from tieout.monitor.engine import Monitor
from tieout.monitor.spec import MonitorSpec

VERSION: Final = 4
_PACKAGE: Final = "tieout.monitor."
_PLAIN: Final = (str, int, float, bool, type(None))


class SnapshotError(ValueError):
    """Bytes that are no snapshot of this version."""


def saved(monitor: Monitor) -> bytes:
    """A monitor as bytes; `restored` gives one that goes on as this one would."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    tree = _written(monitor, arrays)
    head = json.dumps({"version": VERSION, "monitor": tree}).encode()
    buffer = io.BytesIO()
    arrays["tree"] = np.frombuffer(head, dtype=np.uint8)
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def restored(data: bytes, spec: MonitorSpec | None = None) -> Monitor:
    """The monitor of `saved`; with a spec, as if it had had that one all along.

    Raises SnapshotError for other bytes and other versions.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            head = json.loads(arrays["tree"].tobytes())
            if head["version"] != VERSION:
                raise SnapshotError(f"a snapshot of version {head['version']}, not {VERSION}")
            monitor = _read(head["monitor"], arrays, spec)
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        if isinstance(error, SnapshotError):
            raise
        raise SnapshotError("these bytes are no snapshot of a monitor") from error
    if not isinstance(monitor, Monitor):
        raise SnapshotError("this snapshot is of something else")
    return monitor


def _written(  # noqa: PLR0911 - one for each kind of value
    value: Any, arrays: dict[str, np.ndarray[Any, Any]]
) -> Any:
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, Enum):
        return {"enum": _name(value), "value": value.value}
    if isinstance(value, np.generic):
        return _written(value.item(), arrays)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, BaseModel):
        return {"model": _name(value), "value": value.model_dump(mode="json")}
    if isinstance(value, dict):
        pairs = [[_written(key, arrays), _written(each, arrays)] for key, each in value.items()]
        return {"dict": pairs}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return {type(value).__name__: [_written(each, arrays) for each in items]}
    if is_dataclass(value) and type(value).__module__.startswith(_PACKAGE):
        held = _attributes(value)
        state = {name: _written(each, arrays) for name, each in held.items()}
        return {"object": _name(value), "value": state}
    raise TypeError(f"{type(value).__name__} has no place in a snapshot")


def _attributes(value: Any) -> dict[str, Any]:
    if hasattr(value, "__dict__"):
        return dict(vars(value))
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _read(  # noqa: PLR0911 - one for each kind of value
    tree: Any, arrays: Any, spec: MonitorSpec | None
) -> Any:
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        # A copy, since what is read from an archive may not be written to.
        return np.array(arrays[tree["array"]])
    if "enum" in tree:
        return _class(tree["enum"])(tree["value"])
    if "model" in tree:
        found = _class(tree["model"])
        if spec is not None and found is MonitorSpec:
            return spec
        return found.model_validate(tree["value"])
    if "dict" in tree:
        return {_read(key, arrays, spec): _read(value, arrays, spec) for key, value in tree["dict"]}
    if "object" in tree:
        found = _class(tree["object"])
        empty = object.__new__(found)
        for name, value in tree["value"].items():
            object.__setattr__(empty, name, _read(value, arrays, spec))
        return empty
    [(kind, items)] = tree.items()
    make = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind]
    return make(_read(each, arrays, spec) for each in items)


def _name(value: Any) -> str:
    return f"{type(value).__module__.removeprefix(_PACKAGE)}:{type(value).__qualname__}"


def _class(name: str) -> Any:
    module, _, qualified = name.partition(":")
    if not module.isidentifier() or not qualified.isidentifier():
        raise SnapshotError(f"{name!r} is no class of a monitor")
    return getattr(import_module(_PACKAGE + module), qualified)
