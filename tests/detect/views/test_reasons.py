from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tieout.detect.views.peer_views import PeerViews
from tieout.detect.views.peers import SIGMA_PER_MAD
from tieout.detect.views.quantities import Form, Quantity
from tieout.detect.views.reasons import shown
from tieout.model.table import Table

Tables = Callable[..., Table]
Sales = Callable[..., dict[str, NDArray[np.float64] | list[str]]]
ROW = 1_234


@pytest.fixture(scope="module")
def wrong(table_of: Tables, sales: Sales) -> Table:
    """Sales of which one row's value is fifty times too high."""
    made = sales()
    value = made["value"]
    assert isinstance(value, np.ndarray)
    value[ROW] *= 50.0
    return table_of(made)


def sigma_of(distances: NDArray[np.float64]) -> float:
    return SIGMA_PER_MAD * float(np.median(np.abs(distances)))


def test_every_number_of_a_reason_can_be_recomputed_from_the_rows(wrong: Table) -> None:
    detector = PeerViews().fit(wrong)
    view = detector.views[0]
    assert (view.quantity.form, view.groups) == (Form.RATIO, ("product",))
    reason = detector.reasons(wrong, [ROW])[0][0]
    here, sigmas, usual, rows = reason.values

    value, quantity = wrong.frame["value"].to_numpy(), wrong.frame["quantity"].to_numpy()
    product = wrong.frame["product"].to_numpy()
    name = product[ROW]
    price = np.log(value / quantity)
    pool = float(np.median(price))
    rows_of = {code: int((product == code).sum()) for code in set(product.tolist())}
    median_of = {code: float(np.median(price[product == code])) - pool for code in rows_of}
    counts = np.array([rows_of[code] for code in product.tolist()])
    medians = np.array([median_of[code] for code in product.tolist()])
    within = sigma_of((price - pool - medians) / (1 - 0.8 / counts)) ** 2
    between = sigma_of(price - pool) ** 2 - within
    k = np.maximum(1 / counts, within / between)
    distances = price - pool - medians * counts / (counts + k)
    n, k_here = rows_of[name], k[ROW]
    scale = (n * sigma_of(distances[product == name]) + 50 * sigma_of(distances)) / (n + 50)
    scale = np.sqrt(scale**2 + between * k_here / (n + k_here))

    assert rows == n
    assert here == pytest.approx(value[ROW] / quantity[ROW])
    assert usual == pytest.approx(np.exp(price[ROW] - distances[ROW]))
    assert sigmas == pytest.approx(distances[ROW] / scale)
    assert reason.text == (
        f"value / quantity {shown(here)} is {sigmas:,.1f} robust sigma above"
        f" the usual {shown(usual)} of product {name} ({n:,} rows)"
    )


def test_a_reason_says_below_where_the_row_is_below(table_of: Tables, sales: Sales) -> None:
    made = sales()
    value = made["value"]
    assert isinstance(value, np.ndarray)
    value[ROW] /= 50.0
    table = table_of(made)
    reason = PeerViews().fit(table).reasons(table, [ROW])[0][0]
    assert " robust sigma below the usual " in reason.text
    assert reason.values[1] > 0.0


def test_a_usual_row_has_no_reasons(wrong: Table) -> None:
    detector = PeerViews().fit(wrong)
    usual = int(np.argmin(detector.score(wrong).score))
    assert detector.reasons(wrong, [usual]) == [()]


def test_reasons_come_in_the_order_of_the_rows_asked_for(wrong: Table) -> None:
    detector = PeerViews().fit(wrong)
    usual = int(np.argmin(detector.score(wrong).score))
    first, second, third = detector.reasons(wrong, [usual, ROW, usual])
    assert (first, third) == ((), ())
    assert second == detector.reasons(wrong, [ROW])[0]


def test_a_row_of_a_new_group_is_compared_with_all_rows(wrong: Table, table_of: Tables) -> None:
    detector = PeerViews().fit(wrong)
    new = table_of(
        {
            "product": ["never seen"],
            "seller": ["never seen"],
            "quantity": np.array([1.0]),
            "value": np.array([1e12]),
        }
    )
    texts = [reason.text for reason in detector.reasons(new, [0])[0]]
    assert any(text.endswith("of all 6,000 rows") for text in texts)


def test_a_new_pair_is_compared_with_its_wider_group(table_of: Tables) -> None:
    random = np.random.default_rng(1)
    account, source = random.integers(0, 8, 6_000), random.integers(0, 4, 6_000)
    keep = ~((account == 0) & (source == 0))
    account, source = account[keep], source[keep]
    usual = np.random.default_rng(2).normal(5.0, 2.0, (8, 4))
    amount = np.exp(usual[account, source] + random.normal(0.0, 0.3, len(account)))
    columns = {
        "account": [f"a{code}" for code in account],
        "source": [f"s{code}" for code in source],
        "amount": amount,
    }
    detector = PeerViews().fit(table_of(columns))
    view = detector.views[0]
    assert set(view.groups) == {"account", "source"}
    new = table_of({"account": ["a0"], "source": ["s0"], "amount": np.array([1e9])})
    wider = view.groups[0]
    codes = {"account": account, "source": source}[wider]
    rows = int((codes == 0).sum())
    texts = [reason.text for reason in detector.reasons(new, [0])[0]]
    assert any(text.endswith(f"of {wider} {wider[0]}0 ({rows:,} rows)") for text in texts)


def test_rows_that_lack_their_group_are_named_so(table_of: Tables, sales: Sales) -> None:
    made: dict[str, object] = dict(sales())
    product = made["product"]
    assert isinstance(product, list)
    made["product"] = [None if name == "p7" else name for name in product]
    table = table_of(made)
    detector = PeerViews().fit(table)
    row = table_of(
        {
            "product": [None],
            "seller": ["s1"],
            "quantity": np.array([1.0]),
            "value": np.array([1e9]),
        }
    )
    texts = [reason.text for reason in detector.reasons(row, [0])[0]]
    assert any("of rows without product (" in text for text in texts)


def test_where_history_had_one_value_the_reason_says_which(table_of: Tables) -> None:
    left = np.random.default_rng(3).normal(100.0, 9.0, 400)
    right = left.copy()
    right[0] += 0.25
    columns = {"left": left, "right": right, "key": [f"k{row % 4}" for row in range(400)]}
    signed = Quantity(Form.DIFFERENCE, ("left", "right"))
    detector = PeerViews(given=((signed, ("key",)),)).fit(table_of(columns))
    judged = table_of({"left": np.array([107.5]), "right": np.array([100.0]), "key": ["k1"]})
    (reason,) = [
        one for one in detector.reasons(judged, [0])[0] if one.text.startswith("left minus")
    ]
    assert reason.values[0] == 7.5
    assert "7.50" in reason.text


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "0.00"), (-0.5, "-0.5"), (1234567.891, "1,234,567.89"), (1e-9, "1e-09")],
)
def test_numbers_are_shown_short(value: float, expected: str) -> None:
    assert shown(value) == expected
