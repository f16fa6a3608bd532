"""Finding the header row: below preamble lines, at the top, or nowhere."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from tieout.model.errors import InputError
from tieout.sources.cells import Kind, kind_of
from tieout.sources.source import free_name

_HEADER_ROW_MAX: Final = 50

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the data begin. skip: records above them, header included. names: one a column."""

    skip: int
    names: tuple[str, ...]
    has_header: bool


def find_layout(records: Sequence[Cells], *, name: str) -> Layout:
    """Read the layout off the first records of a file, blank ones included.

    A header is the row whose words stand above the most columns of dates and numbers; without
    such columns, the first row that is filled about as well as the others. A first row that has
    dates or numbers where the other rows have them is data already, and the columns are called
    column_1, column_2 and so on. Raises InputError when two columns have one name.
    """
    kinds = [[kind_of(cell) for cell in cells] for cells in records]
    present = [index for index, row in enumerate(kinds) if _filled(row)]
    header = None if _starts_with_data(kinds, present) else _header_row(kinds, present)
    if header is None:
        width = _common_width([records[index] for index in present])
        return Layout(0, tuple(f"column_{place + 1}" for place in range(width)), False)
    body = [records[index] for index in present if index > header]
    return Layout(header + 1, _names(records[header], body, name=name), True)


def is_blank(cells: Cells) -> bool:
    """Whether a record has nothing but spaces in its cells."""
    text = "".join(cells)
    return not text or text.isspace()


def used_width(cells: Cells) -> int:
    """Number of cells up to the last one that is not blank."""
    return max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)


def _filled(row: Sequence[Kind]) -> int:
    return sum(kind is not Kind.EMPTY for kind in row)


def _typed_columns(rows: Sequence[Sequence[Kind]]) -> dict[int, Kind]:
    """Columns in which most cells look typed, with what most of them look like."""
    answer: dict[int, Kind] = {}
    for column in range(max((len(row) for row in rows), default=0)):
        kinds = [row[column] for row in rows if column < len(row)]
        kinds = [kind for kind in kinds if kind is not Kind.EMPTY]
        typed = sum(kind is not Kind.TEXT for kind in kinds)
        if kinds and 2 * typed > len(kinds):
            years = sum(kind is Kind.YEAR for kind in kinds)
            answer[column] = Kind.YEAR if 2 * years > len(kinds) else Kind.TYPED
    return answer


def _starts_with_data(kinds: Sequence[Sequence[Kind]], present: Sequence[int]) -> bool:
    if not present:
        return False
    first = kinds[present[0]]
    rows = [kinds[index] for index in present]
    typed = _typed_columns(rows)
    cells = [
        (first[column], common)
        for column, common in typed.items()
        if column < len(first) and first[column] is not Kind.EMPTY
    ]
    if not cells or 2 * _filled(first) <= median(_filled(row) for row in rows):
        return False
    # A year above other numbers is a heading: a balance sheet has a column for 2024.
    return all(
        kind is Kind.TYPED or (kind is Kind.YEAR and common is Kind.YEAR) for kind, common in cells
    )


def _header_row(kinds: Sequence[Sequence[Kind]], present: Sequence[int]) -> int | None:
    scored: list[tuple[int, int, int]] = []
    for index in (each for each in present if each < _HEADER_ROW_MAX):
        row = kinds[index]
        if any(kind is Kind.TYPED for kind in row):
            continue
        typed = _typed_columns([kinds[each] for each in present if each > index])
        contrast = sum(
            column < len(row)
            and (row[column] is Kind.TEXT or (row[column] is Kind.YEAR and common is not Kind.YEAR))
            for column, common in typed.items()
        )
        scored.append((index, contrast, _filled(row)))
    if not scored:
        return None
    contrast_most = max(contrast for _, contrast, _ in scored)
    filled_most = max(_filled(kinds[index]) for index in present)
    if contrast_most:
        best = next(index for index, contrast, _ in scored if 2 * contrast > contrast_most)
        # A row of words below the header can look like one too; lines above it are less full.
        fuller = min(filled_most, _filled(kinds[best]) + 1)
        return next(index for index, _, filled in scored if index == best or filled >= fuller)
    # One row that is fuller than all others is a broken one, or alone.
    filled_most = sorted(_filled(kinds[index]) for index in present)[-2:][0]
    full = (index for index, _, filled in scored if 2 * filled > filled_most)
    return next(full, None)


def _common_width(records: Sequence[Cells]) -> int:
    widths = Counter(map(len, records))
    return max(widths, key=lambda width: (widths[width], width), default=0)


def _names(header: Cells, body: Sequence[Cells], *, name: str) -> tuple[str, ...]:
    names = [" ".join(cell.split()) for cell in header]
    used = [used_width(cells) for cells in body]
    common = _common_width([header, *body])
    if common < len(names):
        # A header may end in a delimiter that its rows do not have,
        wanted = max(used_width(header), common)
    else:
        # and rows may have values in columns without a name.
        used = [used_width(cells) for cells in body if len(cells) == common]
        wanted = max(len(names), *used, 0)
    names = (names + [""] * wanted)[:wanted]
    refuse_duplicates(names, name=name)
    for place, each in enumerate(names, 1):
        if not each:
            names[place - 1] = free_name(f"column_{place}", names)
    return tuple(names)


def refuse_duplicates(names: Sequence[str], *, name: str) -> None:
    """Raise InputError where two columns have one name, which engines compare without case."""
    seen: dict[str, int] = {}
    for place, each in enumerate(names, 1):
        before = seen.setdefault(each.lower(), place) if each else place
        if before == place:
            continue
        first = names[before - 1]
        raise InputError(
            f"{name}: columns {before} and {place} are both named {each!r}; rename one of them"
            if first == each
            else f"{name}: columns {before} {first!r} and {place} {each!r} differ only in upper "
            "and lower case; rename one of them"
        )
