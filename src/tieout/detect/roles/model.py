"""What a role is recognised by, and the choice that was made for it."""

from dataclasses import dataclass

from tieout.model.table import Kind, TableRole


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A column for a role. reason: a sentence; uncertain: a person should look at it."""

    role: TableRole
    column: str
    reason: str
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class RoleWords:
    """How columns of a role are called.

    phrases: words that all occur in the name; the first are the surest. vetoes: words of which
    one says that the column is something else.
    """

    kinds: frozenset[Kind]
    phrases: tuple[frozenset[str], ...]
    vetoes: frozenset[str] = frozenset()
