"""Nothing is remembered from one test to the next of how often somebody came."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()
