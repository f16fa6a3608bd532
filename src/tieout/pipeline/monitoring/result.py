"""A replay as tables, files and a manifest."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import polars as pl

from tieout.export.monitor_report import write_monitor_report
from tieout.export.monitor_run import MonitorReport
from tieout.export.table import write_csv, write_rejects
from tieout.model.facts import Reject
from tieout.model.manifest import InputFacts, InputFile, JudgedConservation, RunManifest
from tieout.monitor.book import Sent
from tieout.monitor.engine import Monitor
from tieout.monitor.episodes import Episode, Severity
from tieout.monitor.grouping import Incident, incidents
from tieout.monitor.money import amounts, in_words
from tieout.pipeline.files import write_table
from tieout.pipeline.inputs import masked
from tieout.pipeline.monitoring.read import Stream
from tieout.pipeline.reconciled import versions
from tieout.pipeline.timing import Stopwatch

if TYPE_CHECKING:
    from tieout.pipeline.monitoring.replay import ReplayJob

EPISODE_COLUMNS: Final = (
    "episode_id", "metric", "dimensions", "state", "severity", "started_at", "detected_at",
    "ended_at", "value", "baseline", "n", "p_value", "incident_id", "root_cause", "money_at_risk",
)  # fmt: skip
_Schema: TypeAlias = dict[str, pl.DataType | type[pl.DataType]]
_REJECTS_SHOWN: Final = 20
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FILES: Final = ("episodes.csv", "alerts.jsonl", "windows.parquet", "rejects.csv")


@dataclass(frozen=True)
class Replayed:
    """Everything that a replay found."""

    stream: Stream
    monitor: Monitor
    alerts: tuple[Sent, ...]
    windows: pl.DataFrame
    minutes: int
    alpha: float
    first: int
    files: tuple[InputFile, ...]
    rejects: tuple[Reject, ...]
    too_late: int

    @property
    def conservation(self) -> JudgedConservation:
        """Each row of the file was counted or rejected."""
        return JudgedConservation(
            rows=self.stream.read.rows, judged=self.counted, rejected=self.rejected
        )

    @property
    def rejected(self) -> int:
        """Rows that could not be read, and rows that came too late."""
        return self.stream.rejected + self.too_late

    @property
    def counted(self) -> int:
        """Rows of the file that were counted into a minute."""
        rows = self.stream.frame["__row"].n_unique() if self.stream.columns.wide else None
        whole = self.stream.frame.height if rows is None else rows
        return whole - self.too_late

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """Episodes that began together."""
        limits = self.monitor.spec.episodes
        return incidents(self.monitor.episodes.everything(), within_minutes=limits.group_minutes)


def moment_of(minute: int | None) -> datetime | None:
    """A minute since 1970 as a moment without zone, as the file wrote it."""
    if minute is None:
        return None
    return (_EPOCH + timedelta(minutes=minute)).replace(tzinfo=None)


def episodes_frame(done: Replayed) -> pl.DataFrame:
    """The columns of `episodes.csv` in order, then breached_minutes and excess.

    started_at is the estimated first minute, detected_at the minute that gave it away, ended_at
    the first minute after the last breach, null while open. value, baseline, n and p_value are
    those of its least likely window.
    """
    member = {e.episode_id: each for each in done.incidents for e in each.episodes}
    rows = [
        {
            "episode_id": each.episode_id,
            "metric": each.metric,
            "dimensions": each.dimensions,
            "state": str(each.state),
            "severity": str(each.severity),
            "started_at": moment_of(each.started),
            "detected_at": moment_of(each.detected),
            "ended_at": moment_of(each.ended),
            "value": _rounded(each.value),
            "baseline": _rounded(each.baseline),
            "n": int(each.n),
            "p_value": _rounded(each.p_value),
            "incident_id": member[each.episode_id].incident_id,
            "root_cause": member[each.episode_id].cause,
            "money_at_risk": in_words(each.money),
            "breached_minutes": each.breached_minutes,
            "excess": _rounded(each.excess),
        }
        for each in done.monitor.episodes.everything()
    ]
    schema: _Schema = {
        **dict.fromkeys(EPISODE_COLUMNS, pl.String),
        **dict.fromkeys(("started_at", "detected_at", "ended_at"), pl.Datetime("us")),
        **dict.fromkeys(("value", "baseline", "p_value", "excess"), pl.Float64),
        "n": pl.Int64,
        "breached_minutes": pl.Int64,
    }
    order = [*EPISODE_COLUMNS, "breached_minutes", "excess"]
    return pl.DataFrame(rows, schema={name: schema[name] for name in order})


def incidents_frame(done: Replayed) -> pl.DataFrame:
    """One row an incident: when, which metrics, how bad, where it comes from, what it costs."""
    rows = [
        {
            "incident_id": each.incident_id,
            "started_at": moment_of(min(e.started for e in each.episodes)),
            "metrics": ", ".join(sorted({e.metric for e in each.episodes})),
            "episodes": len(each.episodes),
            "root_cause": each.cause,
            "severity": str(max((e.severity for e in each.episodes), key=lambda s: s.rank)),
            "excess": max(e.excess for e in each.episodes),
            "money_at_risk": in_words(each.money),
        }
        for each in done.incidents
    ]
    schema: _Schema = {
        "incident_id": pl.String,
        "started_at": pl.Datetime("us"),
        "metrics": pl.String,
        "episodes": pl.Int64,
        "root_cause": pl.String,
        "severity": pl.String,
        "excess": pl.Float64,
        "money_at_risk": pl.String,
    }
    return pl.DataFrame(rows, schema=schema)


def alert_object(sent: Sent, incident: str) -> dict[str, Any]:
    """One line of `alerts.jsonl`."""
    episode = sent.episode
    return {
        "alert_id": sent.alert_id,
        "kind": str(sent.kind),
        "at": _text(sent.minute),
        "severity": str(episode.severity),
        "metric": episode.metric,
        "dimensions": episode.dimensions,
        "episode_id": episode.episode_id,
        "incident_id": incident,
        "state": str(episode.state),
        "started_at": _text(episode.started),
        "detected_at": _text(episode.detected),
        "breached_minutes": episode.breached_minutes,
        "value": _rounded(episode.value),
        "baseline": _rounded(episode.baseline),
        "n": int(episode.n),
        "p_value": _rounded(episode.p_value),
        "excess": round(episode.excess),
        "root_cause": episode.cause,
        "money_at_risk": amounts(episode.money),
        "text": alert_text(episode),
    }


def _plain(value: float) -> str:
    """A number to four digits, none of them as a power of ten.

    >>> _plain(30981.4), _plain(2.34567)
    ('30,980', '2.346')
    """
    rounded = float(f"{value:.4g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 1_000 else f"{rounded:,.4g}"


def alert_text(episode: Episode) -> str:
    """An episode in a sentence with its numbers."""
    where = f" of {episode.dimensions}" if episode.dimensions else ""
    word = str(episode.severity) if episode.severity is not Severity.NONE else "early notice"
    if episode.metric.endswith("_rate"):
        values = f"{episode.value:.2%} against {episode.baseline:.2%}"
    else:
        values = f"{_plain(episode.value)} against {_plain(episode.baseline)}"
    told = (
        f"{word}: {episode.metric}{where} {values} usual, in {episode.window_minutes} min with "
        f"n={int(episode.n):,}, p={episode.p_value:.1e}; {episode.breached_minutes} min out of "
        f"limits since {_text(episode.started)}"
    )
    if episode.cause and episode.cause != episode.dimensions:
        told += f"; root cause {episode.cause}"
    if episode.money:
        told += f"; at risk {in_words(episode.money)}"
    return told


def build_monitor_report(
    done: Replayed, *, run_id: str, moment: datetime, clock: Stopwatch, folder: Path
) -> MonitorReport:
    """The facts of a replay for its report and the terminal."""
    source = done.stream.read.source
    book = done.monitor.cells
    series = len(book) * (len(done.monitor.metric_names()) + 2)
    overflow = [(" & ".join(family), rows) for family, rows in book.overflow.items()]
    return MonitorReport(
        title=f"Watching {source.name}",
        run_id=run_id,
        created_at=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        file=source.name,
        sha256=_digest(done.files),
        rows=done.stream.read.rows,
        rejected=done.rejected,
        late=done.monitor.late,
        layout=done.stream.columns.layout,
        minutes=done.minutes,
        first=_text(done.first),
        last=_text(done.monitor.closed),
        series=series,
        alpha=done.alpha,
        episodes=episodes_frame(done),
        incidents=incidents_frame(done),
        alerts=_alerts_frame(done),
        windows=done.windows,
        overflow=tuple(sorted(overflow)),
        rejects=done.rejects[:_REJECTS_SHOWN],
        choices=done.stream.columns.choices,
        seconds=tuple(clock.seconds.items()),
        versions=tuple(versions("scipy").items()),
        folder=str(folder),
    )


def write_monitor_files(done: Replayed, report: MonitorReport, folder: Path) -> dict[str, str]:
    """Write all files but the manifest; answers with the SHA-256 of the tables by name."""
    write_csv(report.episodes.select(EPISODE_COLUMNS), folder / "episodes.csv")
    write_rejects(done.rejects, folder / "rejects.csv")
    write_table(done.windows, folder / "windows.parquet")
    member = {e.episode_id: each.incident_id for each in done.incidents for e in each.episodes}
    lines = [
        json.dumps(alert_object(each, member[each.episode.episode_id]), ensure_ascii=False)
        for each in done.alerts
    ]
    text = "".join(f"{line}\n" for line in lines)
    (folder / "alerts.jsonl").write_text(text, encoding="utf-8", newline="\n")
    write_monitor_report(report, folder / "report.html")
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in _FILES}


def build_monitor_manifest(
    done: Replayed,
    job: "ReplayJob",
    report: MonitorReport,
    *,
    outputs: dict[str, str],
    clock: Stopwatch,
) -> RunManifest:
    """`run.json` of a replay."""
    spec = done.monitor.spec.model_dump(mode="json")
    by_severity = {
        str(each): int((report.episodes["severity"] == str(each)).sum()) for each in Severity
    }
    pending = by_severity.pop(str(Severity.NONE))
    return RunManifest(
        run_id=report.run_id,
        job="monitor",
        created_at=report.created_at,
        inputs=(
            InputFacts(
                side="file",
                location=masked(job.file),
                name=done.stream.read.source.name,
                files=done.files,
                rows=done.stream.read.rows,
                rejected=done.rejected,
            ),
        ),
        spec=spec,
        spec_sha256=hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest(),
        options={
            "speed": job.speed,
            "choices": [f"{c.subject}: {c.value} ({c.reason})" for c in report.choices],
        },
        versions=dict(report.versions),
        seed=0,
        counts={
            "rows": report.rows,
            "rejected": report.rejected,
            "late": report.late,
            "layout": report.layout,
            "minutes": report.minutes,
            "first": report.first,
            "last": report.last,
            "series": report.series,
            "episodes": report.episodes.height,
            "fired": report.fired.height,
            "never_fired": pending,
            "by_severity": by_severity,
            "incidents": report.incidents.height,
            "alerts": len(done.alerts),
            "overflow": dict(report.overflow),
        },
        conservation={"file": done.conservation},
        outputs=outputs,
        seconds={**clock.seconds, "total": clock.total},
    )


def _alerts_frame(done: Replayed) -> pl.DataFrame:
    rows = [
        (moment_of(each.minute), str(each.kind), str(each.episode.severity),
         each.episode.metric, each.episode.dimensions)
        for each in done.alerts
    ]  # fmt: skip
    schema: _Schema = {
        "minute": pl.Datetime("us"),
        "kind": pl.String,
        "severity": pl.String,
        "metric": pl.String,
        "dimensions": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _text(minute: int) -> str:
    moment = moment_of(minute)
    return f"{moment:%Y-%m-%dT%H:%M}" if moment else ""


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")


def _digest(files: tuple[InputFile, ...]) -> str:
    digests = [file.sha256 for file in files]
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("".join(digests).encode()).hexdigest() if digests else ""
