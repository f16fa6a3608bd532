"""Fields find their columns by name, by plain name, by role."""

import pytest

from tieout.model.table import TableRole
from tieout.pipeline.scoring.cells import Scalar
from tieout.pipeline.scoring.naming import name_fields

COLUMNS = ("transaction_id", "timestamp", "customer_id", "amount", "currency")
ROLES = {
    TableRole.ID: "transaction_id",
    TableRole.TIME: "timestamp",
    TableRole.CUSTOMER: "customer_id",
    TableRole.AMOUNT: "amount",
    TableRole.CURRENCY: "currency",
}


def named(record: dict[str, Scalar]) -> dict[str, str]:
    return dict(name_fields(record, columns=COLUMNS, roles=ROLES, profile="payments").columns)


def test_a_column_by_its_own_name_comes_first() -> None:
    record: dict[str, Scalar] = {"Amount": 1, "amount": 2}
    assert named(record) == {"amount": "amount"}


@pytest.mark.parametrize("name", ["Customer-ID", "customerId", "CUSTOMER ID"])
def test_case_and_marks_do_not_matter(name: str) -> None:
    assert named({name: "C1"}) == {name: "customer_id"}


@pytest.mark.parametrize(
    ("record", "column"),
    [
        ({"trans_amt": 12.5}, "amount"),
        ({"trans_amt": "12.50"}, "amount"),
        ({"transaction_date": "2026-01-31"}, "timestamp"),
        ({"client": "C1"}, "customer_id"),
        ({"ccy": "EUR"}, "currency"),
    ],
)
def test_a_field_takes_the_column_of_its_role(record: dict[str, Scalar], column: str) -> None:
    assert named(record) == {next(iter(record)): column}


def test_a_role_that_is_taken_is_not_given_twice() -> None:
    found = name_fields(
        {"amount": 1, "trans_amt": 2}, columns=COLUMNS, roles=ROLES, profile="payments"
    )
    assert found.columns == {"amount": "amount"}
    assert found.ignored == ("trans_amt",)


def test_fields_that_say_nothing_are_ignored_in_their_order() -> None:
    found = name_fields(
        {"zeta": 1, "is_fraud": 1, "": None}, columns=COLUMNS, roles=ROLES, profile="payments"
    )
    assert found.columns == {}
    assert found.ignored == ("zeta", "is_fraud", "")
