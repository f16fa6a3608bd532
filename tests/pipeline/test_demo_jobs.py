"""Practice data of the other jobs."""

from pathlib import Path

from tieout.pipeline.demo_jobs import first_days


def test_the_first_days_are_whole_and_the_rest_is_left_out(tmp_path: Path) -> None:
    events = tmp_path / "events.csv"
    lines = [
        "id,timestamp,status",
        "1,2025-06-02T23:59:59.999,approved",
        "2,2025-06-03T00:00,denied",
    ]
    events.write_text("\n".join([*lines, "3,2025-06-04T00:00:00.000,approved"]) + "\n")
    path = first_days(events, "2025-06-03")
    assert path.name == "events-to-2025-06-03.csv"
    assert path.read_text() == "\n".join(lines) + "\n"


def test_all_days_are_kept_where_none_is_later(tmp_path: Path) -> None:
    events = tmp_path / "events.csv"
    events.write_text("timestamp,status\n2025-06-02T00:00,approved\n")
    assert first_days(events, "2025-06-02").read_text() == events.read_text()
