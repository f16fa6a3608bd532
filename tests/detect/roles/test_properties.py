"""What holds for whatever names people give to columns."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.roles import Profile, infer_roles
from tieout.detect.roles.vocabulary import ROLES_OF, WORDS

from .conftest import moments, numbers, table_of, texts

WORD = st.sampled_from(
    [
        "transaction", "txn", "id", "amount", "value", "merchant", "card", "customer", "date",
        "time", "posted", "by", "debit", "credit", "account", "lat", "long", "currency", "is",
        "fraud", "V1", "2024", "x",
    ]
)  # fmt: skip
NAME = st.lists(WORD, min_size=1, max_size=4).map("_".join)
VALUES = st.sampled_from([numbers(0, 80), moments(), texts(), texts("a", "b"), texts("EUR")])
PROFILE: st.SearchStrategy[Profile] = st.sampled_from(["payments", "journal", "generic"])


@given(st.dictionaries(NAME, VALUES, min_size=1, max_size=6), PROFILE)
def test_a_role_has_one_column_of_its_kind_and_a_column_one_role(
    columns: dict[str, Any], profile: Profile
) -> None:
    table = table_of(**columns)

    roles, choices = infer_roles(table, profile)

    assert len(set(roles.values())) == len(roles) == len(choices)
    assert {choice.role: choice.column for choice in choices} == roles
    kinds = {column.name: column.kind for column in table.columns}
    for choice in choices:
        assert choice.role in ROLES_OF[profile]
        assert kinds[choice.column] in WORDS[choice.role].kinds
        assert choice.reason
        assert "fraud" not in choice.column
        assert not choice.column.startswith("is_")


@given(st.dictionaries(NAME, VALUES, min_size=2, max_size=5), PROFILE, st.randoms())
def test_what_is_certain_does_not_depend_on_the_order_of_columns(
    columns: dict[str, Any], profile: Profile, random: Any
) -> None:
    names = list(columns)
    random.shuffle(names)

    _, choices = infer_roles(table_of(**columns), profile)
    _, others = infer_roles(table_of(**{name: columns[name] for name in names}), profile)

    if not any(choice.uncertain for choice in (*choices, *others)):
        assert {(c.role, c.column) for c in choices} == {(c.role, c.column) for c in others}
