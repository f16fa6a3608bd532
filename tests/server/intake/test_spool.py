"""What was scored is in a file before it is answered."""

import subprocess
import sys
from pathlib import Path

import pytest

from tieout.server.intake import spool as spooling
from tieout.server.intake.spool import FOLDER, Spool, read_segment

APPENDS_AND_DIES = """
import os, signal, sys
from pathlib import Path
from tieout.server.intake.spool import Spool
spool = Spool(Path(sys.argv[1]))
for number in range(3):
    spool.append({"number": number})
os.write(spool._descriptor, b'{"number": 3')
os.kill(os.getpid(), signal.SIGKILL)
"""


def numbers(segment: Path, offset: int = 0) -> list[int]:
    return [line.event["number"] for line in read_segment(segment, offset)]


def test_events_are_read_in_their_order_and_from_where_one_stopped(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for number in range(3):
        spool.append({"number": number})
    assert spool.segments() == [spool.current]
    first = next(iter(read_segment(spool.current)))
    assert first.event == {"number": 0}
    assert numbers(spool.current, first.end) == [1, 2]
    spool.close()


def test_a_killed_process_leaves_its_whole_lines(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", APPENDS_AND_DIES, str(tmp_path)], check=False)
    assert done.returncode == -9
    spool = Spool(tmp_path)
    (left,) = [segment for segment in spool.segments() if segment != spool.current]
    assert numbers(left) == [0, 1, 2]
    spool.remove(left)
    assert spool.segments() == [spool.current]
    spool.close()


def test_a_segment_that_somebody_writes_to_is_theirs(tmp_path: Path) -> None:
    first, second = Spool(tmp_path), Spool(tmp_path)
    assert first.segments() == [first.current]
    second.close()
    assert sorted(first.segments()) == sorted([first.current, second.current])
    first.close()


def test_the_segment_in_use_is_not_removed(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.remove(spool.current)
    spool.append({"number": 1})
    assert numbers(spool.current) == [1]
    spool.close()


def test_a_large_segment_is_followed_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spooling, "SEGMENT_BYTES_MAX", 30)
    spool = Spool(tmp_path)
    for number in range(10):
        spool.append({"number": number})
    segments = spool.segments()
    assert len(segments) > 2
    assert sorted(n for segment in segments for n in numbers(segment)) == list(range(10))
    spool.close()


def test_what_was_scored_is_for_its_owners_eyes(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    assert spool.current.parent == tmp_path / FOLDER
    assert spool.current.stat().st_mode & 0o077 == 0
    spool.close()
