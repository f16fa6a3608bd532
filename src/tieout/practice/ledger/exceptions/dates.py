"""The right entry at the wrong time."""

from dataclasses import replace
from typing import Final

from tieout.practice.ledger.calendar import DAY, FIRST_DAY, month_before
from tieout.practice.ledger.entries import Entry
from tieout.practice.ledger.exceptions.scene import BY_ACCOUNTANTS, BY_CLERKS, Scene

_MADE_UP_LATER_DAYS: Final = (24, 85)


def weekend_manual(scene: Scene) -> Entry:
    """Alone in the office on a Saturday or Sunday."""
    return scene.entry("WEEKEND_MANUAL", scene.luck.choose(BY_ACCOUNTANTS), scene.usual_amount())


def backdated(scene: Scene) -> Entry:
    """Made up weeks later, as if it had been there all along."""
    entry = scene.entry("BACKDATED", scene.luck.choose(BY_CLERKS), scene.usual_amount())
    effective = scene.day - scene.luck.whole(*_MADE_UP_LATER_DAYS) * DAY
    return replace(entry, effective=max(effective, FIRST_DAY))


def post_close(scene: Scene) -> Entry:
    """The month was closed, but its result was not what somebody wanted."""
    entry = scene.entry("POST_CLOSE", scene.luck.choose(BY_ACCOUNTANTS), scene.usual_amount())
    effective = month_before(scene.day) - scene.luck.whole(0, 2) * DAY
    return replace(entry, effective=effective)
