"""Freed memory."""

import ctypes
import sys
from types import SimpleNamespace

import pytest

from tieout.pipeline.memory import give_back_memory


@pytest.mark.parametrize(("platform", "asked"), [("linux", [0]), ("win32", [])])
def test_the_c_library_is_asked_where_it_can_do_it(
    monkeypatch: pytest.MonkeyPatch, platform: str, asked: list[int]
) -> None:
    told: list[int] = []
    library = SimpleNamespace(malloc_trim=told.append)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: library)
    give_back_memory()
    assert told == asked


def test_another_c_library_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    give_back_memory()
