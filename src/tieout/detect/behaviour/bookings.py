"""Journal lines that another entry has booked already: the paper came twice, say."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tieout.detect.behaviour.family import AMOUNTS, Computed, Family, Feature, Work
from tieout.detect.behaviour.groups import Groups
from tieout.detect.behaviour.timeline import DAY_US, Booleans, Codes, Floats
from tieout.model.table import TableRole

_NEEDS = ((TableRole.ENTRY,), (TableRole.ACCOUNT,), AMOUNTS, (TableRole.TIME,))


def _again(work: Work, same: Groups, balances: Sequence[Groups]) -> tuple[Floats, Codes]:
    """Days since another entry booked a line, NaN if none did, and how many lines did before.

    same: lines that are alike. balances: lines that settle one another; by the first of them,
    what was turned around in between is not booked twice. Nor is any line of an entry that
    settles what others left open: two halves of an invoice are paid by equal amounts.
    """
    entries = work.keys.codes(TableRole.ENTRY)
    earlier, count = _before_the_entry(same, entries.codes)
    signs = [np.sign(_balance_before_the_entry(each, work)) for each in balances]
    open_before = [sign * np.sign(work.amount) for sign in signs]
    settles = np.zeros(entries.count + 1, np.bool_)
    for each in open_before:
        settles[entries.codes[each < 0]] = True
    booked = (earlier >= 0) & (open_before[0] > 0) & ~settles[entries.codes]
    time = work.timeline.time_us
    days: Floats = np.where(booked, (time - time[earlier]) / DAY_US, np.nan)
    return days, np.where(booked, count, np.int32(0))


def _entry_starts(groups: Groups, entries: Codes) -> Codes:
    """For each place in the order of groups, where the lines of its entry begin there."""
    places = np.arange(len(groups.order), dtype=np.int32)
    other: Booleans = groups.start == places
    ordered = entries[groups.order]
    other[1:] |= ordered[1:] != ordered[:-1]
    starts: Codes = np.maximum.accumulate(np.where(other, places, np.int32(0)))
    return starts


def _before_the_entry(groups: Groups, entries: Codes) -> tuple[Codes, Codes]:
    """For each row the last row of its group before its entry, -1 if none, and how many."""
    earlier = np.full(groups.height, -1, np.int32)
    count = np.zeros(groups.height, np.int32)
    starts = _entry_starts(groups, entries)
    has = starts > groups.start
    earlier[groups.order[has]] = groups.order[starts[has] - 1]
    count[groups.order] = starts - groups.start
    return earlier, count


def _balance_before_the_entry(groups: Groups, work: Work) -> NDArray[np.int64]:
    """For each row the minor units of its group before its entry."""
    sums = np.concatenate([[0], np.cumsum(work.timeline.amount_minor[groups.order])])
    starts = _entry_starts(groups, work.keys.codes(TableRole.ENTRY).codes)
    result = np.zeros(groups.height, np.int64)
    result[groups.order] = sums[starts] - sums[groups.start]
    return result


def _of_counterparty(work: Work) -> Computed:
    key = (TableRole.ACCOUNT, TableRole.COUNTERPARTY)
    # With a counterparty much else is open: only equal amounts settle one another.
    known = ~np.isnan(work.amount)
    work.keys.add("_amount", work.timeline.amount_minor, known)
    work.keys.add("_size", np.abs(work.timeline.amount_minor), known)
    balances = [work.money_groups(*key, "_size")]
    if TableRole.DOCUMENT in work.roles:
        balances.append(_documents(work))
    days, count = _again(work, work.money_groups(*key, "_amount"), balances)
    return {"days_since_same_line": days, "same_line_before": count}


def _of_document(work: Work) -> Computed:
    work.keys.add("_amount", work.timeline.amount_minor, ~np.isnan(work.amount))
    texts = (TableRole.DESCRIPTION,) if TableRole.DESCRIPTION in work.roles else ()
    key = (TableRole.ACCOUNT, TableRole.DOCUMENT, *texts, "_amount")
    return {
        "days_since_same_document": _again(work, work.money_groups(*key), [_documents(work)])[0]
    }


def _documents(work: Work) -> Groups:
    return work.money_groups(TableRole.ACCOUNT, TableRole.DOCUMENT)


FAMILIES = (
    Family(
        (
            Feature(
                "days_since_same_line",
                "days",
                "since another entry booked the amount on the account with the counterparty, and "
                "none turned it around",
            ),
            Feature("same_line_before", "rows", "lines of other entries that did so before"),
        ),
        (*_NEEDS, (TableRole.COUNTERPARTY,)),
        _of_counterparty,
    ),
    Family(
        (
            Feature(
                "days_since_same_document",
                "days",
                "since another entry booked the amount of the document on the account, in the same "
                "words where there are any, and none turned it around",
            ),
        ),
        (*_NEEDS, (TableRole.DOCUMENT,)),
        _of_document,
    ),
)
