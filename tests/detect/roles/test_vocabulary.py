from typing import Any

import pytest

from tieout.detect.roles import Profile, infer_roles
from tieout.detect.roles.countries import COUNTRY_CODES, STATES
from tieout.detect.roles.vocabulary import ROLES_OF, SYNONYMS, WORDS, canonical
from tieout.model.table import Kind, TableRole

from .conftest import moments, numbers, table_of, texts


def test_every_role_has_words() -> None:
    assert set(WORDS) == set(TableRole)


def test_every_role_belongs_to_a_profile() -> None:
    assert {role for roles in ROLES_OF.values() for role in roles} == set(TableRole)


@pytest.mark.parametrize("role", list(TableRole))
def test_no_phrase_of_a_role_is_vetoed_by_the_role(role: TableRole) -> None:
    vetoed = [phrase for phrase in WORDS[role].phrases if phrase & WORDS[role].vetoes]

    assert vetoed == []


@pytest.mark.parametrize("role", list(TableRole))
def test_the_surest_phrase_of_a_role_finds_it(role: TableRole) -> None:
    name = "_".join(sorted(WORDS[role].phrases[0]))
    values = {
        Kind.NUMBER: numbers(0, 90),
        Kind.TIME: moments(),
        Kind.CATEGORY: texts() if role is TableRole.ID else texts("a", "b"),
    }[next(iter(WORDS[role].kinds))]
    columns: dict[str, Any] = {name: values, "debit": [1.0, 0.0] * 100, "credit": [0.0, 1.0] * 100}
    if role is TableRole.POSTED_AT:
        columns["effective_date"] = moments()  # A journal's only date would be its time.
    profile: Profile = "payments" if role in ROLES_OF["payments"] else "journal"

    found, _ = infer_roles(table_of(**columns), profile)

    assert found[role] == name


def test_a_synonym_leads_to_a_word_that_is_none() -> None:
    assert [word for word in SYNONYMS.values() if word in SYNONYMS] == []


def test_synonyms_are_one_word() -> None:
    assert canonical("txn amt") == canonical("payment amount")


def test_codes_of_countries_have_two_or_three_letters() -> None:
    assert {len(code) for code in COUNTRY_CODES} == {2, 3}
    assert {"DE", "US", "GBR"} <= COUNTRY_CODES
    assert "TX" in STATES - COUNTRY_CODES
