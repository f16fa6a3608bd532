"""Breaks that share a cause are one incident."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from tieout.detect.history.severity import LEVELS

_BREAKS_MIN: Final = 3
_LIFT_MIN: Final = 2.0
_NATS_MIN: Final = 5.0
_BY_KEY: Final = "key"


@dataclass(frozen=True, slots=True)
class Incident:
    """What some breaks share: their kind and a value.

    kind: the bucket, or the category where no bucket is known. attribute, value: what they share;
    attribute is "key" where it is the key itself. rows: their rows. share: of the breaks of this
    kind that were left when it was found; usual_share: of all rows that were looked at.
    """

    incident_id: str
    kind: str
    attribute: str
    value: str
    rows: tuple[int, ...]
    share: float
    usual_share: float


def group_incidents(
    breaks: pl.DataFrame, base: pl.DataFrame, attributes: Sequence[str], *, name: str
) -> list[Incident]:
    """Group the odd breaks: by surge, then by kind and the value that is over-represented.

    breaks: row, kind, key, the attributes, `surge` (attribute and value joined by "=", null
    where there is none); only the breaks that are out of pattern. base: the attributes, of all
    rows of the run. name: of the analysis, part of the id, so that an incident which goes on
    keeps its id.

    Greedy: the value with the most evidence, n x ln(share / usual share), takes its breaks, until
    none has 5 nats beyond the number of values tried. What is left is an incident for each key.
    """
    incidents: list[Incident] = []
    rest = breaks
    surging = rest.filter(pl.col("surge").is_not_null())
    for (surge,), part in surging.group_by("surge", maintain_order=True):
        attribute, _, value = str(surge).partition("=")
        share = _share(base, attribute, value)
        incidents.append(_incident(name, "volume", attribute, value, part, 1.0, share))
    rest = rest.filter(pl.col("surge").is_null())
    for (kind,), part in rest.group_by("kind", maintain_order=True):
        incidents += _by_kind(str(kind), part, base, attributes, name)
    return sorted(incidents, key=lambda each: (-len(each.rows), each.rows))


def _by_kind(
    kind: str, part: pl.DataFrame, base: pl.DataFrame, attributes: Sequence[str], name: str
) -> list[Incident]:
    found = []
    shares = {each: _shares(base, each) for each in attributes}
    while part.height >= _BREAKS_MIN:
        best = _most_evident(part, shares)
        if best is None:
            break
        attribute, value, share, usual = best
        mine = part.filter(pl.col(attribute) == value)
        found.append(_incident(name, kind, attribute, value, mine, share, usual))
        part = part.filter(pl.col(attribute) != value)
    for (key,), mine in part.group_by("key", maintain_order=True):
        share = mine.height / part.height
        found.append(_incident(name, kind, _BY_KEY, str(key), mine, share, 0.0))
    return found


def _most_evident(
    part: pl.DataFrame, shares: dict[str, dict[str, float]]
) -> tuple[str, str, float, float] | None:
    best: tuple[float, tuple[str, str, float, float]] | None = None
    tried = np.log(max(2, sum(len(values) for values in shares.values())))
    for attribute, usual_of in shares.items():
        for value, count in part[attribute].value_counts().sort(attribute).iter_rows():
            usual = max(usual_of.get(value, 0.0), 1e-9)
            share = count / part.height
            if count < _BREAKS_MIN or share < _LIFT_MIN * usual:
                continue
            nats = count * float(np.log(share / usual)) - float(tried)
            if nats >= _NATS_MIN and (best is None or nats > best[0] + 1e-9):
                best = (nats, (attribute, value, share, usual))
    return best[1] if best else None


def _shares(base: pl.DataFrame, attribute: str) -> dict[str, float]:
    counts = base[attribute].value_counts()
    return {value: count / max(1, base.height) for value, count in counts.iter_rows()}


def _share(base: pl.DataFrame, attribute: str, value: str) -> float:
    if attribute not in base.columns or not base.height:
        return 0.0
    return float((base[attribute] == value).sum()) / base.height


def _incident(
    name: str, kind: str, attribute: str, value: str, part: pl.DataFrame, share: float, usual: float
) -> Incident:
    text = "\x1f".join((name, kind, attribute, value))
    number = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:12]
    rows = tuple(part["row"].sort().to_list())
    return Incident(f"I{number}", kind, attribute, value, rows, share, usual)


def worst(severities: Sequence[str]) -> str:
    """The highest of some severities.

    >>> worst(["low", "critical", "high"])
    'critical'
    """
    names = [str(level) for level in LEVELS]
    return max(severities, key=names.index)
