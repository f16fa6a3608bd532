"""Which channel an action leaves by, and with what."""

from typing import Any

from tieout.resolve.kinds import (
    Action,
    Chase,
    CorrectReference,
    HttpCall,
    JournalEntry,
    RequestDocument,
    SlackPost,
    Ticket,
    Webhook,
    WriteOff,
)
from tieout.resolve.proposals.words import action_text


def delivery_of(action: Action) -> tuple[str, dict[str, Any]] | None:  # noqa: PLR0911
    """Channel and payload; None for what is done here, such as waiting.

    >>> from tieout.resolve.kinds import DocumentValid
    >>> delivery_of(SlackPost(target="recon", text="hello"))
    ('slack', {'target': 'recon', 'text': 'hello'})
    >>> delivery_of(DocumentValid(note="netted")) is None
    True
    """
    match action:
        case RequestDocument() | Chase():
            mail = {"to": [action.recipient], "subject": action.subject, "text": action.text}
            return "email", mail
        case CorrectReference():
            text = f"It says {action.written or 'nothing'}."
            return "tasks", {"title": action_text(action), "text": text}
        case JournalEntry() | WriteOff():
            return "journal", {"entry": action.model_dump(mode="json")}
        case Ticket():
            said = {"project": action.project, "summary": action.summary, "text": action.text}
            return "jira", said
        case Webhook():
            return "webhook", {"target": action.target, "body": action.body}
        case HttpCall():
            return "http", {"target": action.target, "body": action.body}
        case SlackPost():
            return "slack", {"target": action.target, "text": action.text}
    return None
