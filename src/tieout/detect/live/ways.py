"""One payment beside those shortly before it: ways, repeats, company, limits. Compiled."""

import math
from typing import Any

import numpy as np

from tieout.detect.behaviour.compiled import compiled_part
from tieout.detect.behaviour.limits import NEAR_DAYS
from tieout.detect.behaviour.places import BACK_SHARE, EARTH_RADIUS_KM, SECONDS_MIN
from tieout.detect.behaviour.statuses import MONTH_DAYS
from tieout.detect.live.layout import (
    AMOUNT,
    ASKED_BACK,
    CODE_CARD,
    CODE_CITY,
    CODE_COUNTRY,
    CODE_CUSTOMER,
    CODE_DEVICE,
    CODE_HOLDER,
    CODE_MERCHANT,
    CODE_PARTNER,
    CODE_PAYER,
    COUNTRY_ALONE,
    CROWDS,
    DAY_US,
    FIRSTS,
    IS_NEAR,
    KEY_CARD,
    KEY_CUSTOMER,
    KEY_DEVICE,
    KEY_HOLDER,
    KEY_MERCHANT,
    KEY_MONEY,
    KEY_PAID,
    KEY_PAYER,
    LATITUDE,
    LIMIT,
    LIMITS,
    LONGITUDE,
    MINUTE_US,
    NEAR,
    REFUSED,
    REPEATS,
    SEEN,
    STATUSES,
    TIME,
    TRAVEL,
    UNTOLD,
)
from tieout.detect.live.walks import (
    code_of,
    different_within,
    habit_of,
    head_of,
    place_of,
    sum_within,
    within,
)


@compiled_part
def _kilometres(latitude: float, longitude: float, latitude_b: float, longitude_b: float) -> float:
    """Great-circle distance as `behaviour.places.kilometres` has it, of one pair in degrees."""
    a, b = math.radians(latitude), math.radians(latitude_b)
    across = math.radians(longitude_b) - math.radians(longitude)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(max(half, 0.0), 1.0)))


@compiled_part
def middle_of(keys: Any, middles: Any, country: int, city: int) -> Any:
    """Middle of a city, or of a country: whether there is one, where, and whether it is a city's.

    keys: sorted, a country's and a city's number in one; `COUNTRY_ALONE` in place of the city.
    """
    if country >= 0:
        for second in (city, COUNTRY_ALONE):
            if second >= 0:
                key = (country << 32) | second
                place = place_of(keys, 0, len(keys), key)
                if place < len(keys) and keys[place] == key:
                    return True, middles[place, 0], middles[place, 1], second == city
    return False, np.nan, np.nan, False


@compiled_part
def _before(settings: Any, row: int, now: float, rows: Any, places: Any) -> Any:
    """The first row from one back along a chain whose place is known: row, place, if it is sure."""
    numbers, codes, chains = rows
    keys, middles = places
    chain = chains[:, settings[KEY_PAYER]]
    while row >= 0:
        if numbers[row, TIME] <= now:
            if not np.isnan(numbers[row, LATITUDE]):
                return row, numbers[row, LATITUDE], numbers[row, LONGITUDE], True
            where, which = settings[CODE_COUNTRY], settings[CODE_CITY]
            country = codes[row, where] if where >= 0 else 0
            city = codes[row, which] if which >= 0 else -1
            known, latitude, longitude, sure = middle_of(keys, middles, country, city)
            if known:
                return row, latitude, longitude, sure
        row = chain[row]
    return -1, np.nan, np.nan, False


@compiled_part
def _leg(record: Any, rows: Any, here: Any, before: Any) -> Any:
    """Km and km/h from an earlier row's place; NaN between middles of one country."""
    settings, ints, own = record
    numbers, codes, _ = rows
    latitude, longitude, sure = here
    row, latitude_before, longitude_before, sure_before = before
    where = settings[CODE_COUNTRY]
    if where >= 0 and not (sure and sure_before) and ints[where] == codes[row, where]:
        return np.nan, np.nan
    km = _kilometres(latitude_before, longitude_before, latitude, longitude)
    seconds = max((own[TIME] - numbers[row, TIME]) / 1e6, SECONDS_MIN)
    return km, km / (seconds / 3_600.0)


@compiled_part
def travel(record: Any, rows: Any, places: Any, out: Any) -> None:
    """Distance and speed from the last place, and from the one before it on the way back."""
    settings, ints, own = record
    _, _, chains = rows
    keys, middles = places
    if code_of(settings, ints, CODE_PAYER) < 0:
        return
    known, sure = not np.isnan(own[LATITUDE]), True
    latitude, longitude = own[LATITUDE], own[LONGITUDE]
    if not known:
        country = code_of(settings, ints, CODE_COUNTRY) if settings[CODE_COUNTRY] >= 0 else 0
        city = code_of(settings, ints, CODE_CITY)
        known, latitude, longitude, sure = middle_of(keys, middles, country, city)
    if not known:
        return
    here, now, chain = (latitude, longitude, sure), own[TIME], chains[:, settings[KEY_PAYER]]
    head = head_of(settings, ints, KEY_PAYER)
    last = _before(settings, head, now, rows, places)
    if last[0] < 0:
        return
    km, speed = _leg(record, rows, here, last)
    away = speed
    row = chain[last[0]]
    before = _before(settings, row, now, rows, places)
    if before[0] >= 0:
        km_before, speed_before = _leg(record, rows, here, before)
        if km_before < BACK_SHARE * km and (np.isnan(speed) or speed_before < speed):
            away = speed_before
    out[TRAVEL], out[TRAVEL + 1], out[TRAVEL + 2] = km, speed, away


@compiled_part
def firsts(own: Any, out: Any) -> None:
    """What is new for who acts."""
    for place in range(4):
        seen, different = own[SEEN + 3 * place], own[SEEN + 3 * place + 1]
        at = FIRSTS + 4 * place
        out[at], out[at + 1], out[at + 2] = seen, different, own[SEEN + 3 * place + 2]
        if seen >= 0.0 and different > 0.0:
            out[at + 3] = seen == 0


@compiled_part
def repeats(record: Any, rows: Any, out: Any) -> None:
    """Time since the payer paid the same amount to the same partner, within the last day."""
    settings, ints, own = record
    numbers, codes, chains = rows
    partner = code_of(settings, ints, CODE_PARTNER)
    if partner < 0 or code_of(settings, ints, CODE_PAYER) < 0 or np.isnan(own[AMOUNT]):
        return
    if habit_of(settings, ints, KEY_PAID) == UNTOLD:
        return
    time, chain, whom = (
        numbers[:, TIME],
        chains[:, settings[KEY_PAID]],
        codes[:, settings[CODE_PARTNER]],
    )
    now, row = own[TIME], head_of(settings, ints, KEY_PAID)
    while row >= 0 and time[row] >= now - DAY_US:
        if time[row] <= now and numbers[row, AMOUNT] == own[AMOUNT] and whom[row] == partner:
            out[REPEATS] = (now - time[row]) / 1e6
            return
        row = chain[row]


@compiled_part
def crowds(record: Any, rows: Any, out: Any) -> None:
    """Different cards at the merchant and on the device, and rows of the customer a minute."""
    settings, ints, own = record
    numbers, codes, chains = rows
    time, now = numbers[:, TIME], own[TIME]
    if settings[CODE_CARD] >= 0:
        cards, card = codes[:, settings[CODE_CARD]], code_of(settings, ints, CODE_CARD)
        for place in range(2):
            which = KEY_MERCHANT if place == 0 else KEY_DEVICE
            window = 10 * MINUTE_US if place == 0 else DAY_US
            if code_of(settings, ints, CODE_MERCHANT if place == 0 else CODE_DEVICE) >= 0:
                head, chain = head_of(settings, ints, which), chains[:, settings[which]]
                if head < 0 or time[head] < now - window:
                    out[CROWDS + place] = card >= 0
                else:
                    found = different_within(chain, time, cards, head, now, window, card)
                    out[CROWDS + place] = found
    if code_of(settings, ints, CODE_CUSTOMER) >= 0:
        head, chain = head_of(settings, ints, KEY_CUSTOMER), chains[:, settings[KEY_CUSTOMER]]
        out[CROWDS + 2] = 1 + within(chain, time, head, now, MINUTE_US)


@compiled_part
def limits(record: Any, rows: Any, out: Any) -> None:
    """Amounts just below a limit within a week, where this one is."""
    settings, ints, own = record
    numbers, _, chains = rows
    if habit_of(settings, ints, KEY_MONEY) == UNTOLD:
        return
    out[LIMITS + 1], out[LIMITS + 2] = 0.0, 0.0
    if own[IS_NEAR] > 0.0:
        now, window = own[TIME], NEAR_DAYS * DAY_US
        head, chain = head_of(settings, ints, KEY_MONEY), chains[:, settings[KEY_MONEY]]
        count = sum_within(chain, numbers[:, TIME], numbers[:, IS_NEAR], head, now, window)
        total = sum_within(chain, numbers[:, TIME], numbers[:, NEAR], head, now, window)
        out[LIMITS] = own[LIMIT]
        out[LIMITS + 1], out[LIMITS + 2] = 1.0 + count, own[AMOUNT] + total


@compiled_part
def statuses(record: Any, rows: Any, out: Any) -> None:
    """Refusals of the card in a day, and how much of the customer's was asked back."""
    settings, ints, own = record
    numbers, _, chains = rows
    time, now = numbers[:, TIME], own[TIME]
    out[STATUSES] = own[ASKED_BACK] > 0.0
    for place in range(4):
        which = KEY_CARD + place
        if code_of(settings, ints, CODE_CARD + place) >= 0:
            head, chain = head_of(settings, ints, which), chains[:, settings[which]]
            total = sum_within(chain, time, numbers[:, REFUSED], head, now, DAY_US)
            out[STATUSES + 3 + place] = own[REFUSED] + total
    if code_of(settings, ints, CODE_HOLDER) >= 0:
        head, chain = head_of(settings, ints, KEY_HOLDER), chains[:, settings[KEY_HOLDER]]
        window = MONTH_DAYS * DAY_US
        asked = sum_within(chain, time, numbers[:, ASKED_BACK], head, now, window)
        out[STATUSES + 1] = own[ASKED_BACK] + asked
        out[STATUSES + 2] = 1 + within(chain, time, head, now, window)
