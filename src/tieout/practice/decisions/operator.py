"""An operator who decides by a policy of their own, consistently but for a slip now and then.

The policy is drawn by seed: for each bucket one of several forms (always the same; by amount; by
counterparty; by side), with its own actions and thresholds. Nothing that proposes knows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

# What a sensible person might do about each bucket; which of these they do is the policy.
PLAUSIBLE: Final[Mapping[str, tuple[str, ...]]] = {
    "timing": ("wait", "document_valid", "chase"),
    "fee_or_tax": ("journal_entry", "write_off", "chase"),
    "missing_right": ("request_document", "ticket", "chase"),
    "rounding": ("write_off", "journal_entry", "document_valid"),
    "partial_payment": ("chase", "wait", "ticket"),
    "wrong_reference": ("correct_reference", "ticket", "document_valid"),
    "duplicate": ("request_document", "ticket", "journal_entry"),
    "fx_rate": ("journal_entry", "document_valid", "ticket"),
}
# Few causes make most breaks.
FREQUENCY: Final = (0.28, 0.20, 0.15, 0.12, 0.09, 0.07, 0.05, 0.04)
FORMS: Final = ("always", "amount", "counterparty", "side")
_FORM_CHANCES: Final = (0.4, 0.25, 0.25, 0.1)
PARTIES: Final = tuple(f"party {letter}" for letter in "abcdefgh")
_SIZE_MEAN, _SIZE_SPREAD = 2.0, 0.8


@dataclass(frozen=True, kw_only=True)
class PracticeCase:
    """A break as it is decided. size: log10 of the amount."""

    bucket: str
    size: float
    counterparty: str
    side: str
    currency: str
    age_days: int
    comment: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What is done about a bucket: `usual`, or `special` where the form says so."""

    form: str
    usual: str
    special: str
    size_max: float
    parties: frozenset[str]

    def decide(self, case: PracticeCase) -> str:
        """The action that the policy asks for."""
        special = {
            "always": False,
            "amount": case.size > self.size_max,
            "counterparty": case.counterparty in self.parties,
            "side": case.side == "left",
        }[self.form]
        return self.special if special else self.usual


@dataclass(frozen=True)
class Operator:
    """Decides cases; slips: how often something else plausible is done by mistake."""

    rules: Mapping[str, Rule]
    slips: float = 0.05

    @classmethod
    def drawn(cls, seed: int, *, slips: float = 0.05) -> "Operator":
        """An operator of a seed."""
        luck = np.random.default_rng([seed, 1])
        return cls({bucket: _rule(bucket, luck) for bucket in PLAUSIBLE}, slips)

    def changed(self, seed: int, *, buckets: int = 3) -> "Operator":
        """The same after a new policy for the most frequent buckets: none is decided as before."""
        luck = np.random.default_rng([seed, 2])
        rules = dict(self.rules)
        for bucket in list(PLAUSIBLE)[:buckets]:
            old = rules[bucket]
            others = [each for each in PLAUSIBLE[bucket] if each != old.usual]
            new = str(luck.choice(others))
            rules[bucket] = replace(old, usual=new, special=old.usual)
        return replace(self, rules=rules)

    def policy(self, case: PracticeCase) -> str:
        """What the policy asks for."""
        return self.rules[case.bucket].decide(case)

    def decide(self, case: PracticeCase, luck: np.random.Generator) -> str:
        """What the operator does."""
        right = self.policy(case)
        if luck.random() >= self.slips:
            return right
        return str(luck.choice([each for each in PLAUSIBLE[case.bucket] if each != right]))


def practice_cases(count: int, seed: int) -> list[PracticeCase]:
    """Breaks as they come in, few causes making most of them."""
    luck = np.random.default_rng([seed, 3])
    buckets = list(PLAUSIBLE)
    return [
        PracticeCase(
            bucket=buckets[int(luck.choice(len(buckets), p=FREQUENCY))],
            size=float(np.clip(luck.normal(_SIZE_MEAN, _SIZE_SPREAD), 0.0, 6.0)),
            counterparty=str(luck.choice(PARTIES)),
            side=str(luck.choice(["left", "right", "both"], p=[0.25, 0.25, 0.5])),
            currency=str(luck.choice(["EUR", "GBP", "USD"], p=[0.7, 0.2, 0.1])),
            age_days=int(luck.geometric(0.25)),
            comment=str(luck.choice(["", "invoice", "see remittance", "monthly run"])),
        )
        for _ in range(count)
    ]


def _rule(bucket: str, luck: np.random.Generator) -> Rule:
    first, second = luck.choice(PLAUSIBLE[bucket], size=2, replace=False)
    return Rule(
        form=str(luck.choice(FORMS, p=_FORM_CHANCES)),
        usual=str(first),
        special=str(second),
        size_max=float(luck.uniform(1.5, 2.8)),
        parties=frozenset(str(each) for each in luck.choice(PARTIES, size=2, replace=False)),
    )
