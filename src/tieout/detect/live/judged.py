"""The whole judgement of one payment: all features at once, then all scores. Compiled.

Between the two numpy takes logarithms, as it does of whole tables: a library's last bit would
otherwise decide between scores that are equal.
"""

from typing import Any

import numpy as np

from tieout.detect.behaviour.aspects import (
    AMOUNT_ROWS_MIN,
    BURST_MIN,
    HABIT_ROWS_MIN,
    KM_MIN,
    NEW_DAYS_MAX,
    RARE_SHARE_MAX,
    REPEAT_SECONDS_MAX,
)
from tieout.detect.behaviour.compiled import compiled, compiled_part
from tieout.detect.live.layout import (
    AMOUNTS,
    BURST,
    CLOCK,
    CODE_PAYER,
    FIRSTS,
    KEY_PAYER,
    LEVEL,
    MINUTE_US,
    ODD_AMOUNT,
    ODD_BURST,
    ODD_CATEGORY,
    ODD_COMPANY,
    ODD_COUNTRY,
    ODD_DEVICE,
    ODD_HOUR,
    ODD_LEVEL,
    ODD_MERCHANT,
    ODD_REPEAT,
    ODD_TOGETHER,
    ODD_TRAVEL,
    PACE,
    RAW_GAP,
    RAW_HOUR,
    RAW_ROWS,
    RAW_SHARES,
    RAW_SPEED,
    RAW_TIMES,
    REPEATS,
    TIME,
    TOGETHER,
    TRAVEL,
)
from tieout.detect.live.usual import amounts, clock, level, pace, set_net
from tieout.detect.live.walks import code_of, head_of, place_of, within
from tieout.detect.live.ways import crowds, firsts, limits, repeats, statuses, travel

_COMPANY_US = 2 * 3_600e6
_NEIGHBOURS = 3


@compiled
def tell(
    wanted: int,
    record: tuple[Any, ...],
    rows: tuple[Any, ...],
    counts: tuple[Any, ...],
    money: tuple[Any, ...],
    places: tuple[Any, ...],
    told: tuple[Any, ...],
) -> None:
    """All features that are wanted, as `features.ORDER` has them, and what logarithms are of.

    wanted: bits of groups. record: settings, ints and own numbers, as `layout` has them. rows:
    tables of numbers, codes and chains. counts: by hour, of everyone, each holder and category.
    money: pools, and the spreads that were counted with what tells them. places: keys, middles.
    told: where features, what logarithms are of, and logarithms of medians are put: of the
    customer's own amounts and of those like them. Sets the amount net of its category's among the
    own numbers.
    """
    settings, ints, own = record
    numbers, _, chains = rows
    out, raw, medians = told
    out[:] = np.nan
    set_net(record, rows, money)
    if wanted & 1:
        clock(record, counts, out)
    if wanted & 2:
        pace(record, rows, counts, out)
    if wanted & 4:
        amounts(record, rows, money, out)
    if wanted & 8:
        level(record, rows, money, out)
    if wanted & 16 and code_of(settings, ints, CODE_PAYER) >= 0:
        head, chain = head_of(settings, ints, KEY_PAYER), chains[:, settings[KEY_PAYER]]
        out[BURST] = 1 + within(chain, numbers[:, TIME], head, own[TIME], 10 * MINUTE_US)
    if wanted & 32:
        travel(record, rows, places, out)
    if wanted & 64:
        firsts(own, out)
    if wanted & 128:
        repeats(record, rows, out)
    if wanted & 256:
        crowds(record, rows, out)
    if wanted & 512:
        limits(record, rows, out)
    if wanted & 1024:
        statuses(record, rows, out)
    medians[0], medians[1] = out[AMOUNTS + 1], out[LEVEL + 2]
    set_raw(out, raw)


@compiled
def set_raw(out: Any, raw: Any) -> None:
    """What logarithms are taken of: shares and times as they are, of the others one more."""
    rows = out[PACE]
    raw[RAW_HOUR] = out[CLOCK + 3]
    for place in range(3):
        raw[RAW_SHARES + place] = (out[FIRSTS + 4 * place] + 0.5) / (rows + 1.0)
    # Of nothing the logarithm is less than any; `weigh` sees to that.
    raw[RAW_TIMES] = out[AMOUNTS + 2] if out[AMOUNTS + 2] != 0.0 else 1.0
    raw[RAW_SPEED], raw[RAW_GAP], raw[RAW_ROWS] = out[TRAVEL + 2], out[REPEATS], rows


@compiled_part
def _odd(out: Any, raw: Any, odd: Any) -> None:
    """As `behaviour.aspects` has them of whole tables; NaN where there is nothing to say."""
    odd[:] = np.nan
    if out[AMOUNTS] >= AMOUNT_ROWS_MIN:
        own, usual = out[AMOUNTS + 3], out[AMOUNTS + 4]
        times = raw[RAW_TIMES] if out[AMOUNTS + 2] != 0.0 else -np.inf
        odd[ODD_AMOUNT] = own + 0.5 * (own if np.isnan(usual) else usual) + times
    else:
        odd[ODD_LEVEL] = out[LEVEL + 3]
    if out[PACE] >= HABIT_ROWS_MIN:
        odd[ODD_HOUR] = -raw[RAW_HOUR]
        odd[ODD_MERCHANT] = -raw[RAW_SHARES + 1]
        odd[ODD_CATEGORY] = -raw[RAW_SHARES + 2]
        share = (out[FIRSTS] + 0.5) / (out[PACE] + 1.0)
        if share < RARE_SHARE_MAX and out[FIRSTS + 2] < NEW_DAYS_MAX:
            odd[ODD_COUNTRY] = -raw[RAW_SHARES]
    if out[FIRSTS + 15] > 0.0:
        odd[ODD_DEVICE] = raw[RAW_ROWS]
    if out[BURST] >= BURST_MIN:
        odd[ODD_BURST] = out[BURST]
    if out[TRAVEL] >= KM_MIN:
        odd[ODD_TRAVEL] = raw[RAW_SPEED]
    if out[REPEATS] <= REPEAT_SECONDS_MAX:
        odd[ODD_REPEAT] = -raw[RAW_GAP]


@compiled_part
def _company(record: Any, rows: Any, learnt: int) -> float:
    """The oddest of the card's three rows before this one that were not learnt, within 2 h."""
    settings, ints, own = record
    numbers, _, chains = rows
    oddest = np.nan
    chain, row = chains[:, settings[KEY_PAYER]], head_of(settings, ints, KEY_PAYER)
    for _ in range(_NEIGHBOURS):
        if row < learnt:
            break
        together = numbers[row, TOGETHER]
        near = abs(own[TIME] - numbers[row, TIME]) <= _COMPANY_US
        if near and (np.isnan(oddest) or together > oddest):
            oddest = together
        row = chain[row]
    return oddest


@compiled
def weigh(
    record: tuple[Any, ...],
    rows: tuple[Any, ...],
    learnt: int,
    told: tuple[Any, ...],
    law: tuple[Any, ...],
    found: tuple[Any, ...],
) -> bool:
    """Every channel's score and log p-value; whether one is in a tail, whose law numpy computes.

    record, rows, told: as `tell` has them. learnt: how many rows were learnt. law: where each
    channel's scores of history and their logs begin, one more than there are scores, the same as
    the next where a channel does not count; these scores; these logs; from which score on there
    is a tail; and the weights. found: where scores and log p-values are put. The score of
    `ODD_COMPANY` is what is added to that of `ODD_TOGETHER`.
    """
    own = record[2]
    starts, scores, logs, tails, weights = law
    odd, log_p = found
    _odd(told[0], told[1], odd)
    odd[ODD_COMPANY] = _company(record, rows, learnt)
    together = 0.0
    beyond = False
    for place in range(len(log_p)):
        first, stop = starts[place], starts[place + 1]
        score = odd[place]
        if place == ODD_TOGETHER:
            score = together
            own[TOGETHER], odd[place] = together, together
        elif place == ODD_COMPANY:
            score += together
        log_p[place] = 0.0
        if first < stop and not np.isnan(score):
            beyond = beyond or score > tails[place]
            log_p[place] = logs[first + place_of(scores, first, stop - 1, score)]
        together -= weights[place] * log_p[place]
    return beyond
