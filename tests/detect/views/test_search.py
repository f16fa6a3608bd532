from collections.abc import Callable, Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from tieout.detect.views.gain import Gain
from tieout.detect.views.groups import Grouping
from tieout.detect.views.peers import Coded
from tieout.detect.views.quantities import Form, Quantity
from tieout.detect.views.search import GAIN_MIN, PAIRS_MAX, Candidate, Search, correlated

Floats = NDArray[np.float64]
Sales = Callable[..., Mapping[str, Floats | list[str]]]


def search_of(columns: Mapping[str, Floats], groups: Mapping[str, NDArray[np.int64]]) -> Search:
    coded = {name: Coded(codes, int(codes.max()) + 1) for name, codes in groups.items()}
    height = len(next(iter(columns.values())))
    return Search(columns=columns, categories=coded, height=height)


def best(candidates: list[Candidate]) -> tuple[str, Form, Grouping]:
    first = candidates[0]
    return first.quantity.describe(), first.quantity.form, first.grouping


def codes_of(values: object) -> NDArray[np.int64]:
    assert isinstance(values, list)
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def test_it_finds_the_unit_price_within_the_product(sales: Sales) -> None:
    made = sales()
    numbers = {name: np.asarray(made[name], dtype=np.float64) for name in ("quantity", "value")}
    groups = {name: codes_of(made[name]) for name in ("product", "seller")}
    found = search_of(numbers, groups).candidates()
    # Sellers add nothing: that a pair may lead by a hair is for the choice of views to see.
    single = [candidate for candidate in found if len(candidate.grouping) == 1]
    assert best(single) == ("value / quantity", Form.RATIO, ("product",))
    assert single[0].gain.sure > 1.0
    assert found[0].gain.nats < single[0].gain.nats + 0.02


def test_it_finds_the_amount_within_account_and_source() -> None:
    random = np.random.default_rng(1)
    account, source = random.integers(0, 8, 8_000), random.integers(0, 4, 8_000)
    usual = np.random.default_rng(2).normal(5.0, 2.0, (8, 4))
    amount = np.exp(usual[account, source] + random.normal(0.0, 0.3, 8_000))
    found = search_of({"amount": amount}, {"account": account, "source": source}).candidates()
    assert found[0].quantity == Quantity(Form.LOG, ("amount",))
    assert set(found[0].grouping) == {"account", "source"}


def test_it_finds_a_difference_that_is_steady() -> None:
    random = np.random.default_rng(3)
    left = random.normal(0.0, 1_000.0, 4_000)
    right = left - 5.0 + random.normal(0.0, 1.0, 4_000)
    found = search_of({"left": left, "right": right}, {}).candidates()
    assert best(found) == ("left minus right", Form.DIFFERENCE, ())


def test_columns_without_peers_or_partners_have_no_candidates() -> None:
    random = np.random.default_rng(4)
    columns = {
        "time": np.sort(random.uniform(0.0, 1e5, 3_000)),
        "amount": np.exp(random.normal(3.0, 2.0, 3_000)),
        **{f"v{i}": random.standard_t(4, 3_000) for i in range(6)},
    }
    assert search_of(columns, {}).candidates() == []


def test_groups_by_chance_gain_nothing_worth_having() -> None:
    random = np.random.default_rng(5)
    columns = {"amount": np.exp(random.normal(3.0, 2.0, 5_000))}
    groups = {"branch": random.integers(0, 30, 5_000), "clerk": random.integers(0, 300, 5_000)}
    found = search_of(columns, groups).candidates()
    assert all(candidate.gain.nats < 0.02 for candidate in found)


def test_a_logarithm_alone_is_no_gain() -> None:
    # Against the raw column a logarithm gains much; a view has to gain more than that.
    random = np.random.default_rng(6)
    columns = {"amount": np.exp(random.normal(3.0, 2.0, 5_000))}
    search = search_of(columns, {"half": random.integers(0, 2, 5_000)})
    singles, _ = search.quantities()
    assert singles["amount"].form is Form.LOG
    (tried,) = search.tried([singles["amount"]], ("half",), singles)
    assert tried.gain.nats == pytest.approx(0.0, abs=0.01)


def test_columns_that_never_vary_are_left_out() -> None:
    columns = {"same": np.ones(1_000), "gone": np.full(1_000, np.nan), "x": np.arange(1_000.0)}
    singles, pairs = search_of(columns, {}).quantities()
    assert list(singles) == ["x"]
    assert pairs == []


def test_pairs_of_groups_that_hold_one_another_are_not_tried() -> None:
    random = np.random.default_rng(7)
    city = random.integers(0, 40, 6_000)
    columns = {"amount": np.exp(random.normal(0.0, 2.0, 40)[city] + random.normal(0.0, 0.2, 6_000))}
    groups = {"city": city, "county": city // 4, "postcode": city}
    found = search_of(columns, groups).candidates()
    assert all(len(candidate.grouping) == 1 for candidate in found)


def test_two_searches_of_the_same_rows_are_the_same(sales: Sales) -> None:
    made = sales(2_000)
    numbers = {name: np.asarray(made[name], dtype=np.float64) for name in ("quantity", "value")}
    groups = {"product": codes_of(made["product"])}
    search = search_of(numbers, groups)
    assert search.candidates() == search.candidates()


def test_views_chosen_by_others_count_for_something() -> None:
    random = np.random.default_rng(8)
    columns = {"left": random.normal(size=500), "right": random.normal(size=500)}
    search = search_of(columns, {"key": random.integers(0, 5, 500)})
    quantity = Quantity(Form.DIFFERENCE, ("left", "right"))
    (judged,) = search.judged([(quantity, ("key",))])
    assert judged == Candidate(quantity, ("key",), Gain(GAIN_MIN, judged.gain.error))


def test_views_chosen_by_others_need_columns_that_vary() -> None:
    columns = {"left": np.ones(500), "right": np.arange(500.0)}
    quantity = Quantity(Form.DIFFERENCE, ("left", "right"))
    assert search_of(columns, {}).judged([(quantity, ())]) == []


def test_pairs_of_numbers_come_by_rank_correlation() -> None:
    random = np.random.default_rng(9)
    base = random.normal(size=2_000)
    columns = {
        "a": base,
        "far": base + random.normal(0.0, 2.0, 2_000),
        "near": np.exp(base + random.normal(0.0, 0.1, 2_000)),
        "other": random.normal(size=2_000),
        "against": -base,
    }
    assert correlated(columns)[0] == ("a", "near")
    assert not any("other" in pair or "against" in pair for pair in correlated(columns))


def test_pairs_of_numbers_are_capped() -> None:
    base = np.random.default_rng(10).normal(size=300)
    columns = {f"n{i}": base + i for i in range(8)}
    assert len(correlated(columns)) == PAIRS_MAX


def test_one_column_has_no_partner() -> None:
    assert correlated({"x": np.arange(5.0)}) == []
