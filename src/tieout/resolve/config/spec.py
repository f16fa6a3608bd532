"""resolve.yaml: what a workspace lets proposals say and actions do."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from tieout.model.buckets import Bucket
from tieout.resolve.autonomy.policy import AutonomySpec
from tieout.resolve.config.assistant import AssistantSpec
from tieout.resolve.config.channels import Address, Channels, ConfigModel, Name
from tieout.resolve.config.notify import Notify

_DOCUMENTS = {
    Bucket.MISSING_LEFT: "bank statement line",
    Bucket.MISSING_RIGHT: "remittance advice or invoice",
    Bucket.DUPLICATE: "proof that both entries are genuine",
}
Account = Annotated[str, Field(min_length=1, max_length=64)]


class AccountPair(ConfigModel):
    """Where a difference is booked, and against what."""

    difference: Account
    balance: Account


class Limit(ConfigModel):
    """An amount in major units, by currency where they differ."""

    default: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    by_currency: dict[str, Annotated[Decimal, Field(ge=0)]] = Field(default_factory=dict)

    def of(self, currency: str | None) -> Decimal:
        """The limit of a currency.

        >>> Limit(default=5, by_currency={"JPY": 500}).of("JPY")
        Decimal('500')
        """
        return self.by_currency.get((currency or "").upper(), self.default)


class Contacts(ConfigModel):
    """Who is asked. All of them must be among the e-mail channel's recipients."""

    counterparties: Annotated[
        dict[str, Address], Field(description="Counterparty, as records name it, to address.")
    ] = Field(default_factory=dict)
    owners: Annotated[
        dict[Literal["left", "right"], Address], Field(description="Who keeps each side.")
    ] = Field(default_factory=dict)

    def of(self, counterparty: str | None) -> str | None:
        """The address of a counterparty, whatever its case."""
        known = {name.casefold(): address for name, address in self.counterparties.items()}
        return known.get((counterparty or "").casefold())


class Approval(ConfigModel):
    """When a second person has to approve."""

    four_eyes_above: Annotated[
        Limit, Field(description="Above this amount who decided a case cannot approve its action.")
    ] = Limit(default=Decimal(1000))
    expires_days: Annotated[int, Field(ge=1, description="A proposal nobody decided ends.")] = 30


class Targets(ConfigModel):
    """Which of the configured ways out proposals use."""

    ticket_project: Name | None = None
    slack: Name | None = None
    webhook: Name | None = None
    http: Name | None = None


class ResolveSpec(ConfigModel):
    """Everything in resolve.yaml; each part may be left out."""

    accounts: Annotated[
        dict[Bucket, AccountPair], Field(description="Bucket to the accounts of its journal draft.")
    ] = Field(default_factory=dict)
    ledger: Annotated[
        Literal["left", "right"], Field(description="The side whose books entries correct.")
    ] = "right"
    write_off: Annotated[Limit, Field(description="Differences up to this may be written off.")] = (
        Limit()
    )
    calendar: Annotated[str | None, Field(description="Holidays for dates, such as GB.")] = None
    wait_days: Annotated[
        int, Field(ge=1, le=60, description="Business days within which a counterpart is due.")
    ] = 3
    documents: Annotated[
        dict[Bucket, str], Field(description="Bucket to the document that settles it.")
    ] = Field(default_factory=lambda: dict(_DOCUMENTS))
    contacts: Contacts = Contacts()
    approval: Approval = Approval()
    targets: Targets = Targets()
    channels: Channels = Channels()
    notify: Annotated[
        Notify, Field(description="What is told by itself: digests of runs, findings at once.")
    ] = Notify()
    dry_run: Annotated[
        bool, Field(description="Nothing leaves; deliveries end as done, marked as a dry run.")
    ] = False
    half_life_days: Annotated[
        float, Field(gt=0, description="After so many days a decision counts half.")
    ] = 180.0
    autonomy: AutonomySpec = AutonomySpec()
    assistant: Annotated[
        AssistantSpec | None, Field(description="The language model that may be asked.")
    ] = None

    @model_validator(mode="after")
    def _only_what_is_allowed(self) -> "ResolveSpec":
        contacts = {*self.contacts.counterparties.values(), *self.contacts.owners.values()}
        email = self.channels.email
        if email is not None:
            stranger = sorted(contacts - set(email.recipients))
            if stranger:
                raise ValueError(f"contacts: {stranger[0]} is not among channels.email.recipients")
        jira, project = self.channels.jira, self.targets.ticket_project
        if project and (jira is None or project not in jira.projects):
            raise ValueError(f"targets.ticket_project: {project} is not in channels.jira.projects")
        told = self.notify.realtime
        if (self.notify.digest or (told and told.email)) and not (email and email.digest):
            raise ValueError("notify: channels.email.digest names nobody who is told")
        for kind in ("slack", "webhook"):
            name = getattr(told, kind, None)
            if name and name not in getattr(self.channels, kind):
                raise ValueError(f"notify.realtime.{kind}: {name} is not in channels.{kind}")
        for kind in ("slack", "webhook", "http"):
            name = getattr(self.targets, kind)
            if name and name not in getattr(self.channels, kind):
                raise ValueError(f"targets.{kind}: {name} is not in channels.{kind}")
        return self
