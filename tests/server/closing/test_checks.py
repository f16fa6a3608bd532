"""A task of the close that reconciles two files."""

from pathlib import Path

import pytest
import yaml
from carrying_days import SPEC, table

from tieout.server.closing.checks import reconcile
from tieout.server.closing.models import Period

pytestmark = pytest.mark.django_db


def test_it_passes_with_at_most_so_many_breaks_and_may_carry_forward(workspace: Path) -> None:
    spec = {**SPEC, "carry_forward": False}
    (workspace / "spec.yaml").write_text(yaml.safe_dump(spec), encoding="utf-8")
    files = {"l1": "CHQ-1 9.00 2", "r1": "A-1 5.00 2", "l2": "A-1 5.00 2", "r2": "CHQ-1 9.00 2"}
    for name, words in files.items():
        (workspace / f"{name}.csv").write_text(table(words), encoding="utf-8")
    first = {"left": "l1.csv", "right": "r1.csv", "spec": "spec.yaml"}
    found = reconcile(Period(), first)
    assert (found.is_good, found.figures["breaks"]) == (False, 2)
    assert reconcile(Period(), {**first, "breaks_max": 2}).is_good
    second = {**first, "left": "l2.csv", "right": "r2.csv", "carry_forward": "latest"}
    assert reconcile(Period(), second).is_good
