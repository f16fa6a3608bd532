"""Mistakes of busy people: figures that do not add up, and work done twice."""

from dataclasses import replace
from typing import Final

from tieout.practice.ledger.entries import Entry
from tieout.practice.ledger.exceptions.scene import BY_CLERKS, Scene
from tieout.practice.ledger.staff import by_hand

_TAX: Final = 0.19
_REPEATED: Final = frozenset(("sales", "purchasing", "payments"))


def unbalanced(scene: Scene) -> Entry:
    """One side is typed wrongly, or without the tax."""
    amount = scene.usual_amount() + 1_000
    entry = scene.entry("UNBALANCED", scene.luck.choose(BY_CLERKS), amount)
    (debit, _), (credit, _) = entry.lines
    wrong = _transposed(amount) if scene.luck.happens(0.6) else round(amount / (1 + _TAX))
    lines = ((debit, amount), (credit, -wrong))
    if scene.luck.happens(0.5):
        lines = ((debit, wrong), (credit, -amount))
    return replace(entry, lines=lines)


def _transposed(amount: int) -> int:
    """The first two different neighbours change places; a digit is lost where there are none.

    >>> _transposed(112_345), _transposed(77_777)
    (121345, 7777)
    """
    digits = list(str(amount))
    for place in range(len(digits) - 1):
        if digits[place] != digits[place + 1] and digits[place + 1] != "0":
            digits[place], digits[place + 1] = digits[place + 1], digits[place]
            return int("".join(digits))
    return amount // 10


def duplicate_entry(scene: Scene) -> Entry:
    """The paper came twice, or was on two desks; some number it anew."""
    once = [entry for entry in scene.recent if entry.posting.origin in _REPEATED]
    first = scene.luck.choose(once or tuple(scene.recent))
    who = first.posting.prepared_by
    posting = by_hand(scene.luck, scene.day, who, first.amount_minor, first.posting.origin)
    document = first.document if scene.luck.happens(0.75) else f"{first.document}/1"
    effective = first.effective if scene.luck.happens(0.5) else scene.day
    return replace(
        first, posting=posting, effective=effective, document=document, kind="DUPLICATE_ENTRY"
    )
