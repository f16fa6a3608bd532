"""Flux of a period and the explanations of what is material in it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from tieout.close.review.flux import COMPARISONS, Flux, Materiality, flux
from tieout.close.review.months import months
from tieout.close.tasks.dates import Period as Month
from tieout.model.errors import InputError
from tieout.server.accounts.permissions import WORKING_ROLES, has_role
from tieout.server.audit.services import record
from tieout.server.closing.books import has_ledger, open_books
from tieout.server.closing.locking import require_open
from tieout.server.closing.models import Account, FluxExplanation, Period

if TYPE_CHECKING:
    from tieout.server.accounts.models import User


@dataclass(frozen=True)
class Explained:
    """A variance and what was said of it. is_stale: said of other amounts than these."""

    flux: Flux
    text: str
    author: str
    is_stale: bool

    @property
    def is_open(self) -> bool:
        """Whether it still has to be explained."""
        return self.flux.material and (not self.text or self.is_stale)


def explained_flux(period: Period) -> list[Explained]:
    """Every variance of a period with its explanation, those that need one first."""
    if not has_ledger():
        return []
    month = Month.parse(period.name)
    book = open_books(holidays=period.holidays)
    materiality = Materiality(amount=period.material_amount, percent=period.material_percent)
    said = {
        (each.account.code, each.comparison): each
        for each in period.explanations.select_related("account", "author")
    }
    found = []
    for each in flux(months(book, until=month), month, materiality):
        words = said.get((each.account, each.comparison))
        found.append(
            Explained(
                flux=each,
                text=words.text if words else "",
                author=words.author.username if words and words.author else "",
                is_stale=bool(words and words.fingerprint != each.fingerprint),
            )
        )
    return sorted(found, key=lambda each: not each.is_open)


@transaction.atomic
def explain(
    period: Period, account: str, comparison: str, text: str, *, fingerprint: str, actor: "User"
) -> None:
    """Explain a variance. Raises InputError for a locked period and where nothing is said."""
    require_open(period.pk)
    if not has_role(actor, *WORKING_ROLES):
        raise InputError("only preparers, reviewers and approvers explain variances")
    if comparison not in COMPARISONS:
        raise InputError(f"comparison {comparison!r}: expected one of {', '.join(COMPARISONS)}")
    if len(text.strip()) < 3:
        raise InputError(f"{account}: say what the variance comes from")
    found = Account.objects.filter(code=account).first()
    if found is None:
        raise InputError(f"there is no account {account}")
    one, _ = FluxExplanation.objects.update_or_create(
        period=period, account=found, comparison=comparison,
        defaults={"text": text.strip(), "fingerprint": fingerprint[:16], "author": actor},
    )  # fmt: skip
    after = {"account": account, "comparison": comparison, "text": one.text,
             "fingerprint": fingerprint}  # fmt: skip
    record(actor=actor, action="flux.explained", target=("period", period.name), after=after)
