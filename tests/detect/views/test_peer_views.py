import io
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tieout.detect.detector import Detector, State
from tieout.detect.views.peer_views import PeerViews
from tieout.detect.views.peers import Shrinkage
from tieout.detect.views.quantities import Form, Quantity
from tieout.model.table import Table, TableRole

Tables = Callable[..., Table]
Sales = Callable[..., dict[str, NDArray[np.float64] | list[str]]]


@pytest.fixture(scope="module")
def clean(table_of: Tables, sales: Sales) -> Table:
    return table_of(sales())


@pytest.fixture(scope="module")
def fitted(clean: Table) -> PeerViews:
    return PeerViews().fit(clean)


def planted(made: dict[str, NDArray[np.float64] | list[str]], rows: list[int]) -> None:
    """The value of some rows is thirty times too high or too low."""
    value = made["value"]
    assert isinstance(value, np.ndarray)
    for place, row in enumerate(rows):
        value[row] *= 30.0 if place % 2 else 1 / 30.0


def test_it_is_a_detector() -> None:
    detector: Detector = PeerViews()
    assert (detector.name, detector.version) == ("peer_views", 1)


def test_the_best_view_is_the_unit_price_within_the_product(fitted: PeerViews) -> None:
    best = fitted.views[0]
    assert best.quantity == Quantity(Form.RATIO, ("value", "quantity"))
    assert best.groups == ("product",)
    assert fitted.passed
    assert fitted.gain >= best.gain > 1.0


def test_planted_errors_come_first(table_of: Tables, sales: Sales) -> None:
    made = sales()
    wrong = [11, 222, 3_333, 4_444, 5_555, 5_999]
    planted(made, wrong)
    table = table_of(made)
    scores = PeerViews().fit(table).score(table)
    assert set(np.argsort(-scores.score)[:6].tolist()) == set(wrong)
    assert (scores.log_p[wrong] < np.log(1e-3)).all()


def test_an_error_in_a_small_group_does_not_hide_behind_itself(
    table_of: Tables, sales: Sales
) -> None:
    made = sales()
    for name, text in (("product", "rare"), ("seller", "s0")):
        column = made[name]
        assert isinstance(column, list)
        column[100:103] = [text] * 3
    quantity, value = made["quantity"], made["value"]
    assert isinstance(quantity, np.ndarray)
    assert isinstance(value, np.ndarray)
    value[100:103] = quantity[100:103] * np.array([20.0, 21.0, 20_000.0])
    table = table_of(made)
    scores = PeerViews().fit(table).score(table)
    assert int(np.argmax(scores.score)) == 102


def test_no_view_passes_where_rows_have_no_peers(table_of: Tables) -> None:
    random = np.random.default_rng(1)
    columns = {f"v{i}": random.standard_t(4, 3_000) for i in range(12)}
    columns |= {"time": np.arange(3_000.0), "amount": np.exp(random.normal(3.0, 2.0, 3_000))}
    table = table_of(columns)
    detector = PeerViews().fit(table)
    scores = detector.score(table)
    assert detector.views == ()
    assert (detector.passed, detector.gain) == (False, 0.0)
    assert np.isnan(scores.score).all()
    assert (scores.log_p == 0.0).all()
    assert detector.reasons(table, [0, 5]) == [(), ()]


def test_no_view_passes_where_groups_say_nothing(table_of: Tables) -> None:
    random = np.random.default_rng(2)
    groups = {
        name: [f"{name}{code}" for code in random.integers(0, size, 4_000)]
        for name, size in (("branch", 7), ("clerk", 90), ("customer", 1_500))
    }
    table = table_of({"amount": np.exp(random.normal(3.0, 2.0, 4_000)), **groups})
    assert not PeerViews().fit(table).passed


def test_what_is_missing_says_nothing_where_no_view_passes(table_of: Tables) -> None:
    amount = np.exp(np.random.default_rng(3).normal(3.0, 2.0, 1_000))
    amount[7] = np.nan
    table = table_of({"amount": amount})
    assert (PeerViews().fit(table).score(table).log_p == 0.0).all()


def test_too_few_rows_have_no_views(table_of: Tables, sales: Sales) -> None:
    table = table_of(sales(150))
    assert not PeerViews().fit(table).passed
    assert np.isnan(PeerViews().fit(table).score(table).score).all()


def test_p_values_of_history_are_as_frequent_as_they_say(fitted: PeerViews, clean: Table) -> None:
    log_p = fitted.score(clean).log_p
    for share in (0.1, 0.03, 0.01):
        assert (log_p <= np.log(share)).mean() == pytest.approx(share, rel=0.25)


def test_p_values_of_new_rows_are_about_as_frequent_as_they_say(
    fitted: PeerViews, table_of: Tables, sales: Sales
) -> None:
    new = [fitted.score(table_of(sales(seed=seed))).log_p for seed in (7, 8, 9)]
    for share in (0.1, 0.01):
        frequency = float(np.mean([log_p <= np.log(share) for log_p in new]))
        assert 0.7 * share < frequency < 1.8 * share


def test_a_row_gets_the_same_score_alone_and_in_company(fitted: PeerViews, clean: Table) -> None:
    everyone = fitted.score(clean)
    for row in (0, 17, 5_999):
        alone = fitted.score(clean.take(np.array([row])))
        assert alone.score[0] == everyone.score[row]
        assert alone.log_p[0] == everyone.log_p[row]


def test_scores_in_parts_are_the_scores_of_the_whole(
    fitted: PeerViews, clean: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fitted.score(clean)
    monkeypatch.setattr("tieout.detect.views.peer_views.CHUNK_ROWS", 700)
    parts = fitted.score(clean)
    assert parts.score.tolist() == whole.score.tolist()


def test_two_fits_of_the_same_history_are_the_same(fitted: PeerViews, clean: Table) -> None:
    again = PeerViews().fit(clean)
    assert [view.describe() for view in again.views] == [v.describe() for v in fitted.views]
    assert again.score(clean).score.tolist() == fitted.score(clean).score.tolist()


def test_the_order_of_rows_changes_little(fitted: PeerViews, clean: Table) -> None:
    order = np.random.default_rng(4).permutation(clean.height)
    shuffled = clean.take(order.astype(np.int64))
    scores = PeerViews().fit(shuffled).score(shuffled).score
    assert np.corrcoef(scores, fitted.score(clean).score[order])[0, 1] > 0.99


def test_groups_never_seen_fall_back_and_do_not_stand_out(
    fitted: PeerViews, table_of: Tables, sales: Sales
) -> None:
    made = sales(2_000, seed=8)
    made["seller"] = ["new"] * 2_000
    scores = fitted.score(table_of(made))
    assert not np.isnan(scores.score).any()
    assert (scores.log_p <= np.log(0.01)).mean() < 0.03


def test_a_category_that_is_missing_is_a_group(fitted: PeerViews, table_of: Tables) -> None:
    row = table_of(
        {
            "product": [None],
            "seller": [None],
            "quantity": np.array([10.0]),
            "value": np.array([200.0]),
        }
    )
    assert np.isfinite(fitted.score(row).score).all()


def test_a_rare_missing_value_counts(table_of: Tables, sales: Sales) -> None:
    made = sales()
    value = made["value"]
    assert isinstance(value, np.ndarray)
    value[[5, 50, 500]] = np.nan
    table = table_of(made)
    detector = PeerViews().fit(table)
    scores = detector.score(table)
    assert (scores.log_p[[5, 50, 500]] < np.log(0.005)).all()
    (reasons,) = detector.reasons(table, [50])
    assert reasons[0].text == "value is missing, as in 3 of 6,000 rows"
    assert reasons[0].values == (3.0, 6_000.0)


def test_a_common_missing_value_says_nothing(table_of: Tables, sales: Sales) -> None:
    made = sales()
    value = made["value"]
    assert isinstance(value, np.ndarray)
    value[::3] = np.nan
    table = table_of(made)
    detector = PeerViews(given=((Quantity(Form.LOG, ("value",)), ("product",)),)).fit(table)
    scores = detector.score(table)
    assert detector.passed
    assert np.isnan(scores.score[::3]).sum() >= 0.9 * 2_000 or (scores.log_p[::3] > -5.0).all()
    only_value = replace(table, frame=table.frame.with_columns(quantity=pl.lit(None, pl.Float64)))
    assert not np.isnan(detector.score(only_value).score[1::3]).all()


def test_an_amount_that_was_always_above_zero_and_is_not_counts(
    fitted: PeerViews, table_of: Tables
) -> None:
    row = table_of(
        {
            "product": ["p1", "p1"],
            "seller": ["s1", "s1"],
            "quantity": np.array([10.0, 0.0]),
            "value": np.array([-200.0, 200.0]),
        }
    )
    scores = fitted.score(row)
    assert (scores.log_p < np.log(0.001)).all()
    said = [reasons[0].text for reasons in fitted.reasons(row, [0, 1])]
    assert said == [
        "value is below zero, as in 0 of 6,000 rows",
        "quantity is zero, as in 0 of 6,000 rows",
    ]


def test_wild_values_neither_fail_nor_run_out_of_floats(
    fitted: PeerViews, table_of: Tables
) -> None:
    wild = np.array([1e300, 1e-300, np.nan, np.inf, -np.inf, 5.0])
    row = table_of(
        {
            "product": ["p1"] * 6,
            "seller": ["s1"] * 6,
            "quantity": np.full(6, 2.0),
            "value": wild,
        }
    )
    scores = fitted.score(row)
    assert np.isfinite(scores.log_p).all()
    assert scores.score[0] > scores.score[5]
    assert scores.score[1] > scores.score[5]
    assert len(fitted.reasons(row, range(6))) == 6


def test_no_rows_have_no_scores(fitted: PeerViews, clean: Table) -> None:
    nothing = clean.take(np.array([], dtype=np.int64))
    assert len(fitted.score(nothing).score) == 0
    assert fitted.reasons(clean, []) == []


def test_places_on_the_globe_are_no_quantities(table_of: Tables) -> None:
    random = np.random.default_rng(5)
    city = random.integers(0, 20, 3_000)
    spot = np.random.default_rng(6).uniform(-80.0, 80.0, 20)
    columns = {"city": [f"c{code}" for code in city], "lat": spot[city] + random.normal(size=3_000)}
    table = table_of(columns)
    assert PeerViews().fit(table).passed
    placed = replace(table, roles={TableRole.LATITUDE: "lat"})
    assert not PeerViews().fit(placed).passed


def test_identifiers_are_no_quantities(table_of: Tables, sales: Sales) -> None:
    table = table_of(sales())
    facts = tuple(replace(c, is_identifier=c.name == "value") for c in table.columns)
    used = PeerViews().fit(replace(table, columns=facts)).views
    assert all("value" not in view.quantity.columns for view in used)


def test_a_quantity_whose_columns_are_told_already_counts_half(
    table_of: Tables, sales: Sales
) -> None:
    made = sales()
    product, quantity, value = made["product"], made["quantity"], made["value"]
    assert isinstance(product, list)
    assert isinstance(quantity, np.ndarray)
    assert isinstance(value, np.ndarray)
    size = np.array([float(name[1:]) for name in product]) % 9 + 1.0
    value *= size
    quantity *= size
    quantity[3] *= 1e5
    value[3] *= 1e5
    table = table_of(made)
    detector = PeerViews().fit(table)
    kinds = [view.quantity.form for view in detector.views]
    assert kinds[0] is Form.RATIO
    if Form.LOG in kinds:
        # A sale a hundred thousand times too large at the right price is seen, behind wrong prices.
        assert detector.score(table).log_p[3] < np.log(0.01)


def test_given_views_are_taken_in_any_case(table_of: Tables) -> None:
    random = np.random.default_rng(7)
    left = np.round(random.normal(0.0, 1e4, 2_000), 2)
    right = left.copy()
    broken = [10, 400, 1_900]
    right[broken] += [5.0, -70.0, 900.0]
    key = [f"k{code}" for code in random.integers(0, 30, 2_000)]
    table = table_of({"key": key, "left": left, "right": right})
    signed = Quantity(Form.DIFFERENCE, ("left", "right"))
    detector = PeerViews(given=((signed, ("key",)),)).fit(table)
    assert detector.views[0].quantity == signed
    scores = detector.score(table)
    assert set(np.argsort(-scores.score)[:3].tolist()) == set(broken)


def test_given_views_need_their_columns(table_of: Tables, sales: Sales) -> None:
    detector = PeerViews(given=((Quantity(Form.LOG, ("price",)), ("product",)),))
    with pytest.raises(ValueError, match="needs the column price"):
        detector.fit(table_of(sales(300)))


def through_a_file(state: State) -> State:
    """As a saved model would have it: JSON, and arrays that need no pickles."""
    arrays = {key: value for key, value in state.items() if isinstance(value, np.ndarray)}
    rest = {key: value for key, value in state.items() if key not in arrays}
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    file.seek(0)
    with np.load(file, allow_pickle=False) as loaded:
        read = {key: loaded[key] for key in loaded.files}
    back: dict[str, object] = {**json.loads(json.dumps(rest)), **read}
    return back  # type: ignore[return-value]


def test_a_restored_detector_scores_and_explains_alike(fitted: PeerViews, clean: Table) -> None:
    again = PeerViews.restored(through_a_file(fitted.state()))
    assert again.score(clean).score.tolist() == fitted.score(clean).score.tolist()
    assert again.score(clean).log_p.tolist() == fitted.score(clean).log_p.tolist()
    rows = np.argsort(-fitted.score(clean).score)[:5].tolist()
    assert again.reasons(clean, rows) == fitted.reasons(clean, rows)


def test_a_detector_without_views_is_restored_too(table_of: Tables) -> None:
    table = table_of({"x": np.random.default_rng(8).normal(size=500)})
    given = ((Quantity(Form.RAW, ("x",)), ()),)
    for detector in (PeerViews(seed=3).fit(table), PeerViews(given=given, seed=4)):
        again = PeerViews.restored(through_a_file(detector.state()))
        assert again == detector


def test_settings_are_restored(clean: Table) -> None:
    detector = PeerViews(seed=5, shrinkage=Shrinkage(2.0, 30.0)).fit(clean)
    again = PeerViews.restored(through_a_file(detector.state()))
    assert (again.seed, again.shrinkage, again.given) == (5, Shrinkage(2.0, 30.0), ())


def test_large_histories_are_searched_and_learnt_in_samples(
    table_of: Tables, sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tieout.detect.views.peer_views.SEARCHED_ROWS", 3_000)
    monkeypatch.setattr("tieout.detect.views.peer_views.LAW_ROWS", 2_000)
    monkeypatch.setattr("tieout.detect.views.search.SAMPLE_ROWS", 1_500)
    made = sales()
    planted(made, [1, 2_000, 5_000])
    table = table_of(made)
    detector = PeerViews().fit(table)
    assert detector.views[0].groups == ("product",)
    assert detector.views[0].peers.levels[0].rows.sum() == 6_000
    top = np.argsort(-detector.score(table).score)[:3].tolist()
    assert set(top) == {1, 2_000, 5_000}


def test_many_columns_of_many_kinds_are_no_trouble(table_of: Tables) -> None:
    random = np.random.default_rng(9)
    account = random.integers(0, 19, 4_000)
    amount = np.exp(np.random.default_rng(10).normal(6.0, 2.0, 19)[account])
    amount *= np.exp(random.normal(0.0, 0.4, 4_000)) * random.choice([-1.0, 1.0], 4_000)
    columns: dict[str, NDArray[np.float64] | list[str | None]] = {
        "account": [f"a{code}" for code in account],
        "amount": amount,
        "tax": np.where(random.uniform(size=4_000) < 0.5, 0.0, amount * 0.19),
        "flag": np.where(random.uniform(size=4_000) < 0.1, 1.0, 0.0),
        "same": np.ones(4_000),
        "gone": np.full(4_000, np.nan),
        "text": [f"t{row}" for row in range(4_000)],
        "half": [None if code % 2 else "x" for code in account],
    }
    table = table_of(columns)
    detector = PeerViews().fit(table)
    assert any("account" in view.groups for view in detector.views)
    assert np.isfinite(detector.score(table).log_p).all()
