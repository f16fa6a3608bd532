"""Freed memory."""

import sys

import pytest

from tieout.pipeline.memory import give_back_memory


def test_it_works_wherever_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    give_back_memory()
    monkeypatch.setattr(sys, "platform", "win32")
    give_back_memory()
