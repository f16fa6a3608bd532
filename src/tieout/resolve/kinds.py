"""The kinds of action, as typed and checked values.

Nothing in an action comes from a text that somebody else wrote: amounts and dates are computed,
accounts, recipients, projects and addresses are those that resolve.yaml names.
"""

import hashlib
import json
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator


class ActionKind(StrEnum):
    """What can be done about a case."""

    WAIT = "wait"
    REQUEST_DOCUMENT = "request_document"
    CORRECT_REFERENCE = "correct_reference"
    JOURNAL_ENTRY = "journal_entry"
    WRITE_OFF = "write_off"
    CHASE = "chase"
    TICKET = "ticket"
    WEBHOOK = "webhook"
    SLACK = "slack"
    HTTP = "http"
    DOCUMENT_VALID = "document_valid"


Text = Annotated[str, Field(max_length=4000)]
Line = Annotated[str, Field(max_length=250, pattern=r"^[^\r\n]*$")]
Side = Literal["left", "right"]


class ActionModel(BaseModel):
    """What all actions share: frozen, and no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Wait(ActionModel):
    """Carry the break forward until a day."""

    kind: Literal[ActionKind.WAIT] = ActionKind.WAIT
    until: date
    why: Line


class RequestDocument(ActionModel):
    """Ask who keeps a side, or the counterparty, for a document."""

    kind: Literal[ActionKind.REQUEST_DOCUMENT] = ActionKind.REQUEST_DOCUMENT
    recipient: Line
    document: Line
    subject: Line
    text: Text


class CorrectReference(ActionModel):
    """A task: write the reference of one side as the other has it."""

    kind: Literal[ActionKind.CORRECT_REFERENCE] = ActionKind.CORRECT_REFERENCE
    side: Side
    written: Line
    expected: Line
    rows: tuple[int, ...]


class EntryLine(ActionModel):
    """One line of a journal entry; one of debit and credit is 0."""

    account: Annotated[str, Field(min_length=1, max_length=64)]
    debit: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    credit: Annotated[Decimal, Field(ge=0)] = Decimal(0)

    @model_validator(mode="after")
    def _one_side(self) -> "EntryLine":
        if (self.debit > 0) == (self.credit > 0):
            raise ValueError("a line has either a debit or a credit")
        return self


class _Entry(ActionModel):
    day: date
    currency: Annotated[str, Field(max_length=3)]
    lines: Annotated[tuple[EntryLine, ...], Field(min_length=2)]
    memo: Line

    @model_validator(mode="after")
    def _balanced(self) -> "_Entry":
        if sum(line.debit for line in self.lines) != sum(line.credit for line in self.lines):
            raise ValueError("debits and credits of an entry are equal")
        return self

    @property
    def amount(self) -> Decimal:
        """What it moves."""
        return sum((line.debit for line in self.lines), Decimal(0))


class JournalEntry(_Entry):
    """A draft for the ledger: balanced, its accounts from the mapping in resolve.yaml."""

    kind: Literal[ActionKind.JOURNAL_ENTRY] = ActionKind.JOURNAL_ENTRY


class WriteOff(_Entry):
    """A journal entry for a difference that is within the limit."""

    kind: Literal[ActionKind.WRITE_OFF] = ActionKind.WRITE_OFF
    limit: Annotated[Decimal, Field(ge=0)]

    @model_validator(mode="after")
    def _within(self) -> "WriteOff":
        if self.amount > self.limit:
            raise ValueError(f"{self.amount} is above the limit of {self.limit}")
        return self


class Chase(ActionModel):
    """Write to the counterparty for what is open."""

    kind: Literal[ActionKind.CHASE] = ActionKind.CHASE
    recipient: Line
    subject: Line
    text: Text


class Ticket(ActionModel):
    """Open a ticket."""

    kind: Literal[ActionKind.TICKET] = ActionKind.TICKET
    project: Line
    summary: Line
    text: Text


class Webhook(ActionModel):
    """Tell a configured webhook."""

    kind: Literal[ActionKind.WEBHOOK] = ActionKind.WEBHOOK
    target: Line
    body: dict[str, str | int | None]


class SlackPost(ActionModel):
    """Say it in Slack."""

    kind: Literal[ActionKind.SLACK] = ActionKind.SLACK
    target: Line
    text: Text


class HttpCall(ActionModel):
    """Call a configured endpoint."""

    kind: Literal[ActionKind.HTTP] = ActionKind.HTTP
    target: Line
    body: dict[str, str | int | None]


class DocumentValid(ActionModel):
    """The break is right as it is; write down why, and close it."""

    kind: Literal[ActionKind.DOCUMENT_VALID] = ActionKind.DOCUMENT_VALID
    note: Text


Action = Annotated[
    Wait
    | RequestDocument
    | CorrectReference
    | JournalEntry
    | WriteOff
    | Chase
    | Ticket
    | Webhook
    | SlackPost
    | HttpCall
    | DocumentValid,
    Field(discriminator="kind"),
]
_ADAPTER: TypeAdapter[Action] = TypeAdapter(Action)


def read_action(content: Any) -> Action:
    """An action from its plain form. Raises pydantic's ValidationError.

    >>> read_action({"kind": "document_valid", "note": "netted"}).kind.value
    'document_valid'
    """
    return _ADAPTER.validate_python(content)


def content_hash(action: Action) -> str:
    """SHA-256 of everything an action says; approval binds to it.

    Amounts that are equal are written alike, so 2.5 and 2.50 have one hash.
    """
    content = _plain(action.model_dump())
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value


def action_amount(action: Action) -> Decimal | None:
    """What an action moves; None where it moves nothing."""
    return action.amount if isinstance(action, JournalEntry | WriteOff) else None
