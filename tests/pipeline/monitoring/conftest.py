"""Files of a processor's minutes, and replays of them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tieout.monitor.spec import MonitorSpec
from tieout.pipeline.monitoring.replay import ReplayJob, ReplayResult, replay

Replay = Callable[..., ReplayResult]


@pytest.fixture(scope="session")
def counts_csv() -> str:
    """Six hours of counts by minute; from 04:00 on a third is denied for 31 minutes."""
    generator = np.random.default_rng(5)
    lines = ["timestamp,status,count"]
    for minute in range(360):
        moment = f"2025-07-12 {minute // 60:02d}:{minute % 60:02d}:00"
        bad = 240 <= minute < 271
        lines.append(f"{moment},approved,{generator.poisson(95)}")
        lines.append(f"{moment},denied,{45 if bad else generator.poisson(5)}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def replayed(tmp_path: Path) -> Replay:
    """Replays a text as if it were a file."""

    def run(text: str, spec: MonitorSpec | None = None, **more: object) -> ReplayResult:
        path = tmp_path / "stream.csv"
        path.write_text(text, encoding="utf-8")
        job = ReplayJob(
            file=str(path),
            settings=spec,
            out=tmp_path / f"run{len(list(tmp_path.iterdir()))}",
            **more,  # type: ignore[arg-type]
        )
        return replay(job)

    return run
