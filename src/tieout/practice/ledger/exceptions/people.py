"""The right entry in the wrong hands."""

from dataclasses import replace

from tieout.practice.ledger.entries import Entry
from tieout.practice.ledger.exceptions.scene import BY_ACCOUNTANTS, BY_CLERKS, Scene
from tieout.practice.ledger.staff import OUTSIDERS


def rare_user(scene: Scene) -> Entry:
    """Somebody of another department, who still has access."""
    business = scene.luck.choose((*BY_CLERKS, *BY_ACCOUNTANTS))
    who = scene.luck.choose(OUTSIDERS)
    return scene.entry("RARE_USER", business, scene.usual_amount(), who=who)


def self_approved(scene: Scene) -> Entry:
    """Nobody else was in, so they did both."""
    business = scene.luck.choose((*BY_CLERKS, *BY_ACCOUNTANTS))
    entry = scene.entry("SELF_APPROVED", business, scene.usual_amount())
    posting = replace(entry.posting, approved_by=entry.posting.prepared_by)
    return replace(entry, posting=posting)
