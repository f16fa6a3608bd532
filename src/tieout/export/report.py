"""A run's report: one HTML page that needs nothing else, on screen and on paper."""

from collections.abc import Sequence
from pathlib import Path

from tieout.export import findings, provenance, verdict
from tieout.export.breakdown import Slice, by_age, by_time
from tieout.export.carried import carried_section
from tieout.export.explain_summaries import summaries_section
from tieout.export.largest import largest_breaks
from tieout.export.page import page, write_page
from tieout.export.parts import Section
from tieout.export.run_report import RunReport
from tieout.export.words import plain


def write_report(report: RunReport, path: Path) -> None:
    """Write the report of a run to `path`, whole or not at all.

    The same report gives the same bytes. Raises InputError when the file cannot be written.
    """
    write_page(report_page(report), path)


def report_page(report: RunReport) -> str:
    """The page as text. Every value from the data is escaped; nothing is loaded from anywhere."""
    ages = by_age(report.breaks)
    return page(
        report.title,
        brand="Tieout reconciliation report",
        made_at=report.created_at,
        byline=[f"{plain(side.name, 40)}: {side.file}" for side in (report.left, report.right)],
        opening=(verdict.headline(report), verdict.cards(report, ages)),
        sections=_sections(report, ages),
    )


def _sections(report: RunReport, ages: Sequence[Slice]) -> tuple[Section, ...]:
    broken = (
        (
            findings.buckets(report),
            *([summaries_section(report.incidents)] if report.incidents else []),
            findings.ageing(ages),
            findings.timeline(by_time(report.breaks)),
            largest_breaks(report),
        )
        if report.breaks.height
        else (findings.no_breaks(report),)
    )
    return (
        verdict.conservation(report),
        *([carried_section(report, report.carried)] if report.carried else []),
        findings.totals(report),
        *broken,
        provenance.passes(report),
        provenance.choices(report.choices, edit="Edit spec.yaml to change any of it."),
        provenance.rejects(report.rejects, report.rows_rejected),
        run_section(report),
    )


def run_section(report: RunReport) -> Section:
    """Inputs, identity and seconds of a reconciliation."""
    return provenance.run_facts(
        [
            provenance.InputLine(side.name, side.file, side.sha256, side.rows)
            for side in (report.left, report.right)
        ],
        [
            ("Reconciliation", report.reconciliation),
            ("Run", report.run_id),
            ("Made at", report.created_at),
            *report.versions,
        ],
        report.seconds,
    )
