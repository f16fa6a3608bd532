"""The frame of every report: one HTML page that needs nothing else, on screen and on paper."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from tieout.export.aside import written_aside
from tieout.export.markup import Html, Node, join, tag
from tieout.export.parts import Section
from tieout.export.words import moment_text, plain

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(
    title: str,
    *,
    brand: str,
    made_at: str,
    byline: Sequence[str],
    opening: Sequence[Node],
    sections: Sequence[Section],
) -> str:
    """A page as text. Every value from the data is escaped; nothing is loaded from anywhere.

    brand: what kind of report it is. made_at: UTC, ISO 8601. byline: facts under the title.
    opening: what stands before the list of contents.
    """
    body = tag(
        "main",
        _header(title, brand, made_at, byline),
        *opening,
        _contents(sections),
        *(part.body for part in sections),
    )
    return f"<!doctype html>\n{tag('html', _head(title), tag('body', body), lang='en')}\n"


def write_page(text: str, path: Path) -> None:
    """Write a page, whole or not at all. Raises InputError when the file cannot be written."""
    with written_aside(path) as part:
        # A file name may hold bytes that are no text; they must not cost the report.
        part.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def figure_card(name: str, value: Node, note: str) -> Html:
    """One of the figures at the head of a report."""
    shown = tag("dd", value, class_="figure")
    return tag("div", join(tag("dt", name), shown, tag("dd", note, class_="quiet")))


def verdict_block(sentences: Sequence[str], tone: str) -> Html:
    """The result in a few sentences; `tone` is good, open or bad."""
    first, *others = sentences
    return tag(
        "div",
        tag("p", first, class_="first"),
        *(tag("p", sentence) for sentence in others),
        class_=f"verdict {tone}",
        role="status",
    )


def _head(title: str) -> Html:
    style = Html(files("tieout.export").joinpath("style.css").read_text(encoding="utf-8"))
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{plain(title)} \N{MIDDLE DOT} Tieout"),
        tag("style", style),
    )


def _header(title: str, brand: str, made_at: str, byline: Sequence[str]) -> Html:
    made = plain(made_at)
    return tag(
        "header",
        tag("p", brand, class_="brand"),
        tag("h1", plain(title)),
        tag(
            "p",
            *(tag("span", plain(words)) for words in byline),
            tag("span", tag("time", moment_text(made), datetime=made)),
            class_="byline",
        ),
    )


def _contents(sections: Sequence[Section]) -> Html:
    links = (tag("a", part.label, href=f"#{part.identifier}") for part in sections)
    return tag("nav", join(*links), aria_label="On this page")
