"""Whether an action says only what resolve.yaml allows, however it came to be."""

from tieout.model.errors import InputError
from tieout.resolve.config.spec import ResolveSpec
from tieout.resolve.kinds import (
    Action,
    Chase,
    HttpCall,
    JournalEntry,
    RequestDocument,
    SlackPost,
    Ticket,
    Webhook,
    WriteOff,
)


def require_allowed(action: Action, spec: ResolveSpec) -> None:
    """Raises InputError for a recipient, project, target, account or amount beyond the file."""
    problem = _problem(action, spec)
    if problem:
        raise InputError(f"{problem}; resolve.yaml does not allow it")


def _problem(action: Action, spec: ResolveSpec) -> str:
    channels = spec.channels
    match action:
        case RequestDocument() | Chase():
            known = channels.email.recipients if channels.email else ()
            return "" if action.recipient in known else f"recipient {action.recipient}"
        case Ticket():
            projects = channels.jira.projects if channels.jira else ()
            return "" if action.project in projects else f"project {action.project}"
        case Webhook() | HttpCall() | SlackPost():
            targets = getattr(channels, str(action.kind))
            return "" if action.target in targets else f"{action.kind} {action.target}"
        case JournalEntry() | WriteOff():
            return _entry_problem(action, spec)
    return ""


def _entry_problem(action: JournalEntry | WriteOff, spec: ResolveSpec) -> str:
    accounts = {
        account for pair in spec.accounts.values() for account in (pair.difference, pair.balance)
    }
    stranger = next((line.account for line in action.lines if line.account not in accounts), None)
    if stranger is not None:
        return f"account {stranger}"
    limit = spec.write_off.of(action.currency)
    if isinstance(action, WriteOff) and (action.amount > limit or action.limit > limit):
        return f"a write-off above {limit}"
    return ""
