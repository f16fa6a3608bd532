"""What the other jobs find in the practice workspace, a sentence each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tieout.export.aside import written_aside

PRACTICE_FOLDER: Final = "practice"
PRACTICE_PAYMENTS: Final = 10_000
PRACTICE_RATES: Final = 60_000
PRACTICE_LINES: Final = 9_000
PRACTICE_PERIOD: Final = "2025-12"
WATCHED_TO: Final = "2025-06-06"
_SEED: Final = 1


@dataclass(frozen=True)
class PracticeFiles:
    """Payments, events of a stream of payments, and a journal; always the same."""

    payments: Path
    events: Path
    journal: Path


@dataclass(frozen=True)
class DemoStep:
    """What a job found. report: the page to open."""

    job: str
    sentence: str
    report: Path


def write_practice(workspace: Path) -> PracticeFiles:
    """Write what the other jobs work on. Raises InputError where it cannot be written."""
    from tieout.practice.ledger import generate_ledger
    from tieout.practice.payments import generate_payments
    from tieout.practice.rates import generate_rates

    folder = workspace / PRACTICE_FOLDER
    payments = generate_payments(rows=PRACTICE_PAYMENTS, seed=_SEED, out=folder / "payments")
    rates = generate_rates(rows=PRACTICE_RATES, seed=_SEED, out=folder / "rates")
    ledger = generate_ledger(rows=PRACTICE_LINES, seed=_SEED, out=folder / "ledger")
    return PracticeFiles(payments.transactions, rates.events, ledger.journal)


def first_days(events: Path, last: str) -> Path:
    """The events up to a day, ISO 8601, in a file beside them.

    A week takes longer than people wait. The events stand in the order of time.
    """
    path = events.with_name(f"{events.stem}-to-{last}.csv")
    with written_aside(path) as part, events.open("rb") as every, part.open("wb") as some:
        header = every.readline()
        at = header.rstrip(b"\r\n").split(b",").index(b"timestamp")
        some.write(header)
        for line in every:
            if line.split(b",", at + 1)[at][: len(last)] > last.encode():
                break
            some.write(line)
    return path


def demo_jobs(
    workspace: Path, breaks: Path, files: PracticeFiles, announce: Callable[[str], None]
) -> Iterator[DemoStep]:
    """Judge the breaks once more as those of another tool, the payments, and the stream.

    Each run is added to those of the workspace; a step is given as soon as it is done.
    """
    from tieout.monitor.spec import MonitorSpec
    from tieout.pipeline.analyze import AnalyzeJob, analyze
    from tieout.pipeline.detection import DetectJob, detect
    from tieout.pipeline.monitoring.replay import ReplayJob, replay

    announce("analyze")
    analysed = analyze(AnalyzeJob(breaks=str(breaks), workspace=workspace))
    counts = analysed.manifest.counts
    yield DemoStep(
        "analyze",
        f"{counts['breaks']['total']:,} breaks judged by one another: "
        f"{counts['breaks']['anomalous']:,} out of pattern",
        analysed.out / "report.html",
    )
    announce("detect")
    found = detect(DetectJob(file=str(files.payments), profile="payments", workspace=workspace))
    counts = found.manifest.counts
    yield DemoStep(
        "detect",
        f"{counts['rows']:,} payments: {counts['flagged']['total']:,} to look at, "
        f"{counts['flagged']['rules']:,} of them by rules",
        found.out / "report.html",
    )
    announce("monitor")
    settings = MonitorSpec.model_validate(
        {"input": {"dimensions": ["channel", "acquirer", "card_type"]}}
    )
    events = first_days(files.events, WATCHED_TO)
    watched = replay(ReplayJob(file=str(events), settings=settings, workspace=workspace))
    counts = watched.manifest.counts
    yield DemoStep(
        "monitor",
        f"{counts['rows']:,} card payments of five days: {counts['incidents']:,} incidents, "
        f"{counts['alerts']:,} alerts",
        watched.out / "report.html",
    )
