"""A proposal in one short line, as it stands in breaks.csv and in the queue."""

from tieout.resolve.kinds import (
    Action,
    Chase,
    CorrectReference,
    DocumentValid,
    HttpCall,
    JournalEntry,
    RequestDocument,
    SlackPost,
    Ticket,
    Wait,
    Webhook,
    WriteOff,
)


def action_text(action: Action) -> str:  # noqa: PLR0911 - one line a kind
    """What would be done.

    >>> from datetime import date
    >>> action_text(Wait(until=date(2026, 4, 2), why="due"))
    'Carry forward until 2026-04-02.'
    """
    match action:
        case Wait():
            return f"Carry forward until {action.until}."
        case RequestDocument():
            return f"Ask {action.recipient} for: {action.document}."
        case CorrectReference():
            rows = ", ".join(str(row) for row in action.rows[:3])
            return f"Correct the reference of {action.side} row {rows} to {action.expected}."
        case WriteOff():
            return f"Write off {_entry(action)}."
        case JournalEntry():
            return f"Book {_entry(action)}."
        case Chase():
            return f"Write to {action.recipient} for what is open."
        case Ticket():
            return f"Open a ticket in {action.project}."
        case Webhook():
            return f"Call the webhook {action.target}."
        case HttpCall():
            return f"Call the endpoint {action.target}."
        case SlackPost():
            return f"Post to {action.target} in Slack."
        case DocumentValid():
            return "Document as valid."


def _entry(action: JournalEntry | WriteOff) -> str:
    debit = next(line.account for line in action.lines if line.debit)
    credit = next(line.account for line in action.lines if line.credit)
    return f"{action.amount:,f} {action.currency}: debit {debit}, credit {credit}"
