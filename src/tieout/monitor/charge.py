"""What the excess of an episode amounts to, minute by minute."""

from dataclasses import replace
from typing import Final

from tieout.monitor.book import EpisodeBook
from tieout.monitor.cells import CellBook
from tieout.monitor.leaves import Leaves
from tieout.monitor.money import MISSING, added
from tieout.monitor.statuses import StatusBook, rate_name
from tieout.monitor.tally import COUNT_ROW

_USUAL_MINUTES: Final = 60


def charge(
    book: EpisodeBook, minute: int, leaves: Leaves, cells: CellBook, statuses: StatusBook
) -> None:
    """Add the money of what went beyond the usual since an episode was last charged.

    Of a rate: events beyond the usual times the mean amount of the events of that status in the
    same minutes and cell, by currency. Of a drop, or of silence: missing events times the mean
    amount of all events of the hour before. Other metrics put no amount at risk by themselves. An
    estimate, in whole units of 1e-3.
    """
    if not leaves.has_money:
        return
    names = [rate_name(name) for name in statuses.names]
    for series, episode in book.open.items():
        if episode.last_breach != minute:
            continue
        before, since = book.charged.get(episode.episode_id, (0.0, episode.started))
        beyond = abs(episode.excess) - before
        outcome = names.index(episode.metric) if episode.metric in names else None
        if beyond <= 0 or (outcome is None and episode.metric not in MISSING):
            continue
        if outcome is None:
            table = leaves.between(episode.started - _USUAL_MINUTES, episode.started - 1)
        else:
            table = leaves.between(since, minute)
            table = table[:, table[-4] == outcome]
        cell = series[1]
        inside = leaves.inside(table, cells.families[cell], cells.values[cell])
        events = int(inside[COUNT_ROW].sum())
        if events:
            more = {
                name: round(units * beyond / events) for name, units in leaves.money(inside).items()
            }
            book.open[series] = replace(episode, money=added(episode.money, more))
        book.charged[episode.episode_id] = (abs(episode.excess), minute + 1)
