"""Findings are taken by incidents, one concentration after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tieout.explain.incidents.coded import CodedView
from tieout.explain.incidents.concentrations import Search, concentrations
from tieout.explain.incidents.model import (
    Concentration,
    Found,
    IncidentOptions,
    Known,
    Numbers,
    Rows,
)
from tieout.model.special import chance_above

_EVERYWHERE_MIN: Final = 20
_SURGED_P_MAX: Final = 0.01


def assign(
    buckets: Numbers,
    names: Sequence[str],
    views: Sequence[CodedView],
    options: IncidentOptions,
    known: Sequence[Known] = (),
) -> list[Found]:
    """All incidents of some findings; a finding is in one of them at most.

    buckets: of each finding, a place in `names`. known: take their findings first.

    Then for each bucket, the most frequent first: the strongest concentrations take their findings,
    and what other buckets have there beyond chance; then the rest is looked at again ("peeling").
    """
    free = np.ones(len(buckets), dtype=bool)
    sizes = np.bincount(buckets, minlength=len(names))
    taker = _Taker(buckets, names, options)
    found: list[Found] = []
    for one in known:
        surged = _surged(one, buckets, names, views, free)
        if surged is not None:
            found.append(surged)
            free &= ~surged.rows
    searched = max(1, int((sizes >= options.findings_min).sum()) * len(views))
    least = options.evidence_min + float(np.log(searched))
    for bucket in np.lexsort((np.arange(len(names)), -sizes)):
        if sizes[bucket] < options.findings_min:
            continue
        mine = buckets == bucket
        for _ in range(options.rounds_max):
            search = Search(names[bucket], free & mine, free & ~mine, options, least)
            round_found = concentrations(search, views)
            if not round_found:
                break
            for each in round_found:
                view = next(view for view in views if view.view.name == each.view)
                taken = taker.take(each, view, free)
                if taken is not None:
                    found.append(taken)
                    free &= ~taken.rows
        everywhere = _everywhere(names[bucket], free & mine, views, options)
        if everywhere is not None:
            found.append(everywhere)
            free &= ~everywhere.rows
    return found


def _surged(
    known: Known, buckets: Numbers, names: Sequence[str], views: Sequence[CodedView], free: Rows
) -> Found | None:
    """The findings of the buckets of which it has more than its usual number would bring.

    The usual ones are shared out by what the buckets have elsewhere; the chance is Poisson's.
    """
    each = known.concentration
    view = next(view for view in views if view.view.name == each.view)
    inside, _ = view.meets(each.values, each.slots)
    inside &= free
    here = np.bincount(buckets[inside], minlength=len(names))
    elsewhere = np.bincount(buckets[free & ~inside], minlength=len(names))
    expected = known.usual * elsewhere / max(int(elsewhere.sum()), 1)
    taken = [
        int(at)
        for at in np.flatnonzero(here)
        if chance_above(int(here[at]) - 1, max(float(expected[at]), 1e-12)) <= _SURGED_P_MAX
    ]
    if not taken:
        return None
    taken.sort(key=lambda at: (-here[at], at))
    named = replace(each, bucket=names[taken[0]])
    return Found(named, inside & np.isin(buckets, taken), tuple(names[at] for at in taken))


@dataclass(frozen=True)
class _Taker:
    """Gives a concentration its findings. buckets: of each finding, a place in `names`."""

    buckets: Numbers
    names: Sequence[str]
    options: IncidentOptions

    def take(self, each: Concentration, view: CodedView, free: Rows) -> Found | None:
        """Those of its bucket, and of others that are there beyond chance; None for too few."""
        inside, records = view.meets(each.values, each.slots)
        inside &= free
        own = list(self.names).index(each.bucket)
        if int((inside & (self.buckets == own)).sum()) < self.options.findings_min:
            return None
        share = None if records is None or not len(records) else float(records.mean())
        others = [] if share is None else self._absorbed(inside, free & view.present, own, share)
        taken = [own, *others]
        rows = inside & np.isin(self.buckets, taken)
        return Found(each, rows, tuple(self.names[bucket] for bucket in taken))

    def _absorbed(self, inside: Rows, present: Rows, own: int, share: float) -> list[int]:
        """Other buckets that have more findings in there than chance would put.

        The chance is Poisson's: as many as the bucket has, by the share of all records in there.
        """
        here = np.bincount(self.buckets[inside], minlength=len(self.names))
        everywhere = np.bincount(self.buckets[present], minlength=len(self.names))
        found = []
        for bucket in np.flatnonzero(here):
            expected = max(share * everywhere[bucket], 1e-12)
            by_chance = chance_above(int(here[bucket]) - 1, expected)
            if bucket != own and by_chance <= self.options.absorbed_p_max:
                found.append(int(bucket))
        return found


def _everywhere(
    bucket: str, rest: Rows, views: Sequence[CodedView], options: IncidentOptions
) -> Found | None:
    """What is left of a bucket, where that is a large part of all records."""
    for view in views:
        mine = rest & view.present
        if view.records is None or mine.sum() < _EVERYWHERE_MIN:
            continue
        rate = int(mine.sum()) / max(len(view.records[-1]) * view.view.step, int(mine.sum()))
        if rate >= options.everywhere_min:
            cause = Concentration(bucket, view.view.name, (), None, 0.0, rate)
            return Found(cause, mine, (bucket,))
    return None
