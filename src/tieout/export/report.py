"""A run's report: one HTML page that needs nothing else, on screen and on paper."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from tieout.export import findings, provenance, verdict
from tieout.export.aside import written_aside
from tieout.export.breakdown import Slice, by_age, by_time
from tieout.export.largest import largest_breaks
from tieout.export.markup import Html, join, tag
from tieout.export.parts import Section
from tieout.export.run_report import RunReport
from tieout.export.words import moment_text, plain

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def write_report(report: RunReport, path: Path) -> None:
    """Write the report of a run to `path`, whole or not at all.

    The same report gives the same bytes. Raises InputError when the file cannot be written.
    """
    page = report_page(report)
    with written_aside(path) as part:
        # A file name may hold bytes that are no text; they must not cost the report.
        part.write_text(page, encoding="utf-8", errors="backslashreplace", newline="\n")


def report_page(report: RunReport) -> str:
    """The page as text. Every value from the data is escaped; nothing is loaded from anywhere."""
    ages = by_age(report.breaks)
    sections = _sections(report, ages)
    body = tag(
        "main",
        _header(report),
        verdict.headline(report),
        verdict.cards(report, ages),
        _contents(sections),
        *(part.body for part in sections),
    )
    page = tag("html", _head(report), tag("body", body), lang="en")
    return f"<!doctype html>\n{page}\n"


def _head(report: RunReport) -> Html:
    style = Html(files("tieout.export").joinpath("style.css").read_text(encoding="utf-8"))
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{plain(report.title)} \N{MIDDLE DOT} Tieout"),
        tag("style", style),
    )


def _header(report: RunReport) -> Html:
    made = plain(report.created_at)
    files_compared = (
        f"{plain(side.name, 40)}: {plain(side.file)}" for side in (report.left, report.right)
    )
    return tag(
        "header",
        tag("p", "Tieout reconciliation report", class_="brand"),
        tag("h1", plain(report.title)),
        tag(
            "p",
            *(tag("span", words) for words in files_compared),
            tag("span", tag("time", moment_text(made), datetime=made)),
            class_="byline",
        ),
    )


def _contents(sections: Sequence[Section]) -> Html:
    links = (tag("a", part.label, href=f"#{part.identifier}") for part in sections)
    return tag("nav", join(*links), aria_label="On this page")


def _sections(report: RunReport, ages: Sequence[Slice]) -> tuple[Section, ...]:
    broken = (
        (
            findings.buckets(report),
            findings.ageing(ages),
            findings.timeline(by_time(report.breaks)),
            largest_breaks(report),
        )
        if report.breaks.height
        else (findings.no_breaks(report),)
    )
    return (
        verdict.conservation(report),
        findings.totals(report),
        *broken,
        provenance.passes(report),
        provenance.choices(report),
        provenance.rejects(report),
        provenance.run_facts(report),
    )
