"""Days of one reconciliation in one workspace."""

from pathlib import Path

import pytest
from carrying_days import Day, days_in


@pytest.fixture
def day(tmp_path: Path) -> Day:
    """Reconciles two tables as `day(1, left, right)`."""
    return days_in(tmp_path)
