"""The packet of a closed period, as an HTML page and as a PDF of the same content."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from tieout.export.aside import written_aside
from tieout.export.markup import Node, tag
from tieout.export.page import page, verdict_block, write_page
from tieout.export.parts import Heading, empty, section, table
from tieout.export.words import plain

_SHORT: Final = 14


@dataclass(frozen=True)
class PacketSection:
    """A table of the packet. numbers: columns that align right. empty: said without rows."""

    identifier: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    empty: str = "Nothing."


@dataclass(frozen=True)
class AuditHead:
    """Where the audit log stood: whoever knows it can tell later whether anything changed."""

    sequence: int
    hash: str


@dataclass(frozen=True)
class Packet:
    """A period, as it is handed to whoever audits it. made_at: UTC, ISO 8601."""

    period: str
    title: str
    made_at: str
    is_locked: bool
    facts: tuple[str, ...]
    sections: tuple[PacketSection, ...]
    audit: AuditHead


def write_html(packet: Packet, path: Path, *, brand: str = "Period packet") -> None:
    """Write the packet, or another report of a period, as one page that loads nothing."""
    sections = [
        section(
            (each.identifier, each.title),
            each.title,
            _table(each) if each.rows else empty(each.empty),
        )
        for each in packet.sections
    ]
    tone = "good" if packet.is_locked else "open"
    text = page(
        packet.title,
        brand=brand,
        made_at=packet.made_at,
        byline=(packet.period, f"audit log {packet.audit.sequence}: {packet.audit.hash}"),
        opening=(verdict_block(packet.facts, tone),),
        sections=sections,
    )
    write_page(text, path)


def _table(each: PacketSection) -> str:
    headings = [
        Heading(words, "number" if at in each.numbers else None)
        for at, words in enumerate(each.headings)
    ]
    rows: Sequence[Sequence[Node]] = [[_cell(cell) for cell in row] for row in each.rows]
    return table(each.title, headings, rows)


def _cell(text: str) -> Node:
    """Words of a column of states or names stay whole; sentences wrap."""
    shown = plain(text, 400)
    return tag("span", shown, class_="short") if 0 < len(shown) <= _SHORT else shown


def write_pdf(packet: Packet, path: Path) -> None:
    """Write the packet as a PDF."""
    import typst

    template = files("tieout.export").joinpath("close_packet.typ").read_bytes()
    data = json.dumps(asdict(packet), ensure_ascii=False)
    with written_aside(path) as part:
        part.write_bytes(typst.compile(template, sys_inputs={"data": data}))
