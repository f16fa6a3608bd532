"""Ibis, without the compilers of the twenty databases that are not used."""

import importlib
import importlib.util
import sys
from functools import cache
from typing import Any

_PARENT = "ibis.backends.sql"
_COMPILERS = f"{_PARENT}.compilers"


@cache
def duckdb_backend() -> Any:
    """Ibis's backend for DuckDB, to be connected.

    As `ibis.duckdb`, which looks through every installed package for one that brings a backend.
    All that are connected are equal: where a plan of one is the plan of another is asked of its
    tables' names alone.
    """
    leave_other_compilers()
    from ibis.backends.duckdb import Backend

    class Interchangeable(Backend):  # type: ignore[misc]  # untyped
        db_identity = "tieout"

    backend = Interchangeable()
    backend.register_options()
    return backend


def leave_other_compilers() -> None:
    """Import Ibis's compiler for DuckDB, and the others only when something asks for them.

    Their package imports them all, which costs each command a sixth of its start.
    """
    if _COMPILERS in sys.modules:
        return
    parent = importlib.import_module(_PARENT)
    spec = importlib.util.find_spec(_COMPILERS)
    if spec is None or spec.loader is None:
        return
    loader, package = spec.loader, importlib.util.module_from_spec(spec)

    def fill(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        del package.__dict__["__getattr__"]
        loader.exec_module(package)
        return getattr(package, name)

    package.__dict__["__getattr__"] = fill
    parent.__dict__["compilers"] = sys.modules[_COMPILERS] = package
    importlib.import_module(f"{_COMPILERS}.duckdb")
