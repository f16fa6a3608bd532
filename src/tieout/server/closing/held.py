"""Entries that are in the ledger already: sound ones stay, held ones are judged again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tieout.close.ledger.validate import Validated
from tieout.model.errors import InputError
from tieout.server.closing.models import JournalEntry, JournalLine, LedgerException

if TYPE_CHECKING:
    import polars as pl

_KEYS = ["entry", "account", "amount"]


@dataclass(frozen=True)
class Fresh:
    """lines: to be judged. repeated: how many others are stored as they stand. held: numbers of
    stored, held entries that are among the lines again."""

    lines: "pl.DataFrame"
    repeated: int
    held: frozenset[str]


def fresh_lines(lines: "pl.DataFrame") -> Fresh:
    """Lines of entries that are not in the books yet.

    Raises InputError for an entry of the books that says something else now: it is not silently
    the same. A held entry does not count in the books, so that a corrected one takes its place.
    """
    import polars as pl

    stored = dict(JournalEntry.objects.values_list("number", "held"))
    if not stored:
        return Fresh(lines, 0, frozenset())
    sound = pl.Series([name for name, held in stored.items() if not held], dtype=pl.String)
    is_sound = pl.col("entry").is_in(sound.implode())
    again = lines.filter(is_sound)
    changed = _changed(again)
    if changed:
        raise InputError(
            f"entry {changed[0]} is in the ledger with other lines; book a correcting entry in "
            "place of changing it"
        )
    rest = lines.filter(~is_sound)
    held = frozenset(rest["entry"].unique()) & frozenset(
        name for name, is_held in stored.items() if is_held
    )
    return Fresh(rest, again.height, held)


def replace_held(found: Validated, held: frozenset[str]) -> tuple[Validated, int]:
    """What is left to store once held entries were judged again.

    Those that are held still, with the lines that are stored, stay as they are; their number of
    lines is the second answer. The others are taken out to make room for what is new.
    """
    import polars as pl

    if not held:
        return found, 0
    again = found.lines.filter(pl.col("entry").is_in(sorted(held)))
    still = set(again.filter(pl.col("held"))["entry"]) - set(_changed(again))
    _forget(held - still)
    is_old = pl.col("entry").is_in(sorted(still)).fill_null(value=False)
    lines = found.lines.filter(~is_old)
    kept = Validated(lines, found.exceptions.filter(~is_old))
    return kept, found.lines.height - lines.height


def _forget(numbers: frozenset[str] | set[str]) -> None:
    entries = JournalEntry.objects.filter(number__in=sorted(numbers), held=True)
    LedgerException.objects.filter(entry__in=sorted(numbers)).delete()
    JournalLine.objects.filter(entry__in=entries).delete()
    entries.delete()


def _changed(again: "pl.DataFrame") -> list[str]:
    """Entries whose accounts and amounts are not those that are stored."""
    import polars as pl

    if again.is_empty():
        return []
    rows = JournalLine.objects.values_list("entry__number", "account__code", "amount")
    schema = {"entry": pl.String, "account": pl.String, "amount": pl.Int64}
    stored = pl.DataFrame(list(rows), schema=schema, orient="row")
    stored = stored.join(again.select("entry").unique(), on="entry", how="semi")
    counts = [frame.select(_KEYS).group_by(_KEYS).len() for frame in (again, stored)]
    keys = [*_KEYS, "len"]
    differing = pl.concat(
        [counts[0].join(counts[1], on=keys, how="anti"),
         counts[1].join(counts[0], on=keys, how="anti")]
    )  # fmt: skip
    return differing["entry"].unique().sort().to_list()
