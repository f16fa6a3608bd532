"""Roles of a table's columns, by their names first, then by their values."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final, Literal, NamedTuple, TypeAlias

from tieout.detect.roles.balancing import balancing_column
from tieout.detect.roles.model import RoleChoice, RoleWords
from tieout.detect.roles.values import both_filled_share, out_of_range, says_by_value, takes_turns
from tieout.detect.roles.vocabulary import OUTCOMES, ROLES_OF, WORDS, canonical
from tieout.model.errors import InputError
from tieout.model.table import ColumnFacts, Kind, Table, TableRole
from tieout.sources.typed.names import words_of

Profile: TypeAlias = Literal["payments", "journal", "generic"]

_LATER_PHRASE: Final = 0.03
_OTHER_WORD: Final = 0.1
_OTHER_WORDS_MAX: Final = 3
_BY_VALUE: Final = 0.5
_SURE_MIN: Final = 0.7
_NEAR: Final = 0.06
_OBVIOUS_MIN: Final = 0.75
_OWN_SHARE_MIN: Final = 0.9


class _Candidate(NamedTuple):
    score: float
    role: TableRole
    column: str
    reason: str


def infer_roles(
    table: Table, profile: Profile, given: Mapping[TableRole, str] | None = None
) -> tuple[Mapping[TableRole, str], tuple[RoleChoice, ...]]:
    """Which column plays which role, and for each choice why.

    A column plays at most one role and a role has at most one column; the best fit of all goes
    first. `generic` takes only what is obvious of amount, time and currency. Columns called like
    an outcome (is_fraud, label, class) never play a role. given: roles that a person assigned;
    they are kept, whatever the profile.

    Raises InputError where a given column is not in the table or is of a kind that the role
    cannot have.
    """
    chosen = {role: _given(table, role, name) for role, name in (given or {}).items()}
    candidates = [
        candidate
        for role in ROLES_OF[profile]
        if role not in chosen
        for column in table.columns
        if (candidate := _candidate(table, role, column)) is not None
    ]
    candidates = [each for each in candidates if _fits(each, profile)]
    _assign(candidates, chosen)
    _pair_debits(table, chosen, given or {})
    if profile == "journal":
        _time_before_posting(chosen, given or {})
        _entry_that_balances(table, chosen, given or {})
    if TableRole.TIME not in chosen:
        _only_moment(table, chosen)
    order = list(TableRole)
    choices = tuple(sorted(chosen.values(), key=lambda choice: order.index(choice.role)))
    return {choice.role: choice.column for choice in choices}, choices


def _given(table: Table, role: TableRole, name: str) -> RoleChoice:
    column = next((each for each in table.columns if each.name == name), None)
    if column is None:
        names = [each.name for each in table.columns]
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise InputError(f"role {role}: there is no column {name!r}; {hint}there is {names}")
    kinds = WORDS[role].kinds
    if column.kind not in kinds:
        wanted = " or ".join(sorted(kinds))
        raise InputError(f"role {role}: column {name!r} is a {column.kind}; expected a {wanted}")
    return RoleChoice(role, name, "it was given")


def _candidate(table: Table, role: TableRole, column: ColumnFacts) -> _Candidate | None:
    rule = WORDS[role]
    words = _canonical_words(column.name)
    if column.kind not in rule.kinds or _is_outcome(column.name):
        return None
    score = 0.0 if words & rule.vetoes else _name_score(words, rule)
    if score and not out_of_range(table, role, column.name):
        score += _uniqueness(table, role, column)
        reason = f"it is called {column.name!r} and holds {_holds(column)}"
        return _Candidate(score, role, column.name, reason)
    by_value = "" if words & rule.vetoes else says_by_value(table, role, column.name)
    return _Candidate(_BY_VALUE, role, column.name, by_value) if by_value else None


def _fits(candidate: _Candidate, profile: Profile) -> bool:
    if profile == "generic":
        return candidate.score >= _OBVIOUS_MIN
    # The parties of a payment have roles of their own; in a journal they are who an entry is with.
    is_party = not {"merchant", "customer"}.isdisjoint(_canonical_words(candidate.column))
    return not (profile == "payments" and candidate.role is TableRole.COUNTERPARTY and is_party)


def _canonical_words(name: str) -> frozenset[str]:
    return canonical(" ".join(words_of(name)))


def _is_outcome(name: str) -> bool:
    words = words_of(name)
    return words[:1] == ("is",) or not OUTCOMES.isdisjoint(words)


def _name_score(words: frozenset[str], rule: RoleWords) -> float:
    """1 for the surest phrase and nothing else; less for later phrases and words beside."""
    best = 0.0
    for place, phrase in enumerate(rule.phrases):
        others = len(words - phrase)
        if phrase <= words and others <= _OTHER_WORDS_MAX:
            best = max(best, 1.0 - _LATER_PHRASE * place - _OTHER_WORD * others)
    return best


def _uniqueness(table: Table, role: TableRole, column: ColumnFacts) -> float:
    """An identifier has a value for each row, an entry has several lines."""
    filled = max(1, table.height - column.missing)
    own = column.distinct > _OWN_SHARE_MIN * filled
    if role is TableRole.ID:
        return 0.0 if own else -0.3
    many = role in {TableRole.CUSTOMER, TableRole.CARD, TableRole.ACCOUNT, TableRole.MERCHANT}
    return -0.05 if many and own and filled > 50 else 0.0


def _holds(column: ColumnFacts) -> str:
    if column.kind is Kind.NUMBER:
        return "numbers"
    if column.kind is Kind.TIME:
        return "moments"
    return f"{column.distinct:,} different values"


def _assign(candidates: list[_Candidate], chosen: dict[TableRole, RoleChoice]) -> None:
    """The best fit first, each column once; a near second makes a choice uncertain."""
    taken = {choice.column for choice in chosen.values()}
    # The sort is stable: equal fits go by the order of roles, then of columns.
    for best in sorted(candidates, key=lambda candidate: -round(candidate.score, 9)):
        if best.role in chosen or best.column in taken:
            continue
        rivals = [
            each.column
            for each in candidates
            if each.role is best.role
            and each.column not in taken | {best.column}
            and each.score >= best.score - _NEAR
        ]
        rival = f"; {rivals[0]!r} would fit as well" if rivals else ""
        uncertain = bool(rivals) or best.score < _SURE_MIN
        chosen[best.role] = RoleChoice(best.role, best.column, best.reason + rival, uncertain)
        taken.add(best.column)


def _pair_debits(
    table: Table, chosen: dict[TableRole, RoleChoice], given: Mapping[TableRole, str]
) -> None:
    """Debit and credit stand for something only together."""
    pair = (TableRole.DEBIT, TableRole.CREDIT)
    found = [chosen[role] for role in pair if role in chosen]
    if len(found) == 1 and found[0].role not in given:
        del chosen[found[0].role]
    if len(found) == 2 and not takes_turns(table, found[0].column, found[1].column):
        share = both_filled_share(table, found[0].column, found[1].column)
        for choice in found:
            reason = f"{choice.reason}; {share:.1%} of the rows have both a debit and a credit"
            chosen[choice.role] = RoleChoice(choice.role, choice.column, reason, uncertain=True)


def _time_before_posting(
    chosen: dict[TableRole, RoleChoice], given: Mapping[TableRole, str]
) -> None:
    """Of a journal with one date, it is the one that counts."""
    posted = chosen.get(TableRole.POSTED_AT)
    if TableRole.TIME in chosen or posted is None or TableRole.POSTED_AT in given:
        return
    del chosen[TableRole.POSTED_AT]
    reason = f"{posted.reason}; no other column has the date"
    chosen[TableRole.TIME] = RoleChoice(TableRole.TIME, posted.column, reason, uncertain=True)


def _entry_that_balances(
    table: Table, chosen: dict[TableRole, RoleChoice], given: Mapping[TableRole, str]
) -> None:
    """Where no column is called an entry, the one by whose values debits equal credits.

    It may be what is called a document: in many books that is what an entry has for a number.
    """
    if TableRole.ENTRY in chosen:
        return
    taken = {choice.column for role, choice in chosen.items() if role is not TableRole.DOCUMENT}
    if TableRole.DOCUMENT in given:
        taken.add(given[TableRole.DOCUMENT])
    free = [name for name in table.names(Kind.CATEGORY) if name not in taken]
    debit, credit = chosen.get(TableRole.DEBIT), chosen.get(TableRole.CREDIT)
    amount = chosen.get(TableRole.AMOUNT)
    found = balancing_column(
        table,
        [name for name in free if not _is_outcome(name)],
        amount=amount.column if amount else None,
        sides=(debit.column, credit.column) if debit and credit else None,
    )
    if found is None:
        return
    document = chosen.get(TableRole.DOCUMENT)
    if document is not None and document.column == found:
        del chosen[TableRole.DOCUMENT]
    reason = "debits equal credits over the lines of nearly each of its values"
    chosen[TableRole.ENTRY] = RoleChoice(TableRole.ENTRY, found, reason)


def _only_moment(table: Table, chosen: dict[TableRole, RoleChoice]) -> None:
    taken = {choice.column for choice in chosen.values()}
    vetoes = WORDS[TableRole.TIME].vetoes
    left = [
        name
        for name in table.names(Kind.TIME)
        if name not in taken and not _canonical_words(name) & vetoes and not _is_outcome(name)
    ]
    if len(left) == 1:
        reason = "it is the only column of moments"
        chosen[TableRole.TIME] = RoleChoice(TableRole.TIME, left[0], reason, uncertain=True)
