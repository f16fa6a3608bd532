import numpy as np

from tieout.detect.views.choice import VIEWS_MAX, chosen
from tieout.detect.views.gain import Gain
from tieout.detect.views.groups import Grouping
from tieout.detect.views.quantities import Form, Quantity
from tieout.detect.views.search import Candidate

PRICE = Quantity(Form.RATIO, ("value", "quantity"))
AMOUNT = Quantity(Form.LOG, ("amount",))


def candidate(
    nats: float, grouping: Grouping, quantity: Quantity = PRICE, error: float = 0.0
) -> Candidate:
    return Candidate(quantity, grouping, Gain(nats, error))


def unlike(one: Candidate) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Distances that differ from those of all other candidates."""
    seed = sum(map(ord, f"{one.quantity.describe()}{one.grouping}"))
    return np.random.default_rng(seed).uniform(size=200)


def test_peers_of_one_quantity_are_all_chosen_where_they_differ() -> None:
    product, seller = candidate(0.8, ("product",)), candidate(0.7, ("seller",))
    assert chosen([product, seller], unlike) == [product, seller]


def test_a_small_gain_is_not_enough() -> None:
    assert chosen([candidate(0.14, ("product",))], unlike) == []


def test_a_gain_that_may_be_chance_is_not_enough() -> None:
    assert chosen([candidate(0.3, ("product",), error=0.1)], unlike) == []


def test_a_peer_with_less_than_half_the_best_gain_is_left_out() -> None:
    strong, weak = candidate(1.0, ("product",)), candidate(0.4, ("seller",))
    assert chosen([strong, weak], unlike) == [strong]


def test_another_quantity_is_held_to_its_own_best() -> None:
    strong, other = candidate(1.0, ("product",)), candidate(0.4, ("seller",), AMOUNT)
    assert chosen([strong, other], unlike) == [strong, other]


def test_twins_are_seen_once() -> None:
    first, twin = candidate(0.8, ("city",)), candidate(0.7, ("postcode",))
    same = np.random.default_rng(1).uniform(size=200)
    assert chosen([first, twin], lambda _: same) == [first]


def test_a_pair_has_to_say_more_than_its_parts() -> None:
    pair, part = candidate(0.84, ("product", "seller")), candidate(0.8, ("product",))
    assert chosen([pair, part], unlike) == [part]
    better = candidate(0.9, ("product", "seller"))
    assert chosen([better, part], unlike) == [better, part]


def test_groups_have_to_say_more_than_all_rows_together() -> None:
    group, everyone = candidate(0.52, ("branch",)), candidate(0.5, ())
    assert chosen([group, everyone], unlike) == [everyone]


def test_all_rows_together_are_no_peers_of_a_quantity_with_groups() -> None:
    group, everyone = candidate(0.9, ("branch",)), candidate(0.5, ())
    assert chosen([group, everyone], unlike) == [group]


def test_there_are_at_most_four_views() -> None:
    many = [candidate(1.0 - i / 100, (f"c{i}",)) for i in range(7)]
    assert chosen(many, unlike) == many[:VIEWS_MAX]


def test_given_views_come_first_and_need_not_earn_their_place() -> None:
    given = candidate(0.0, ("key",), AMOUNT)
    found = candidate(0.8, ("product",))
    assert chosen([found], unlike, given=[given]) == [given, found]


def test_a_twin_of_a_given_view_is_left_out() -> None:
    given, found = candidate(0.15, ("key",), AMOUNT), candidate(0.8, ("key",))
    same = np.random.default_rng(2).uniform(size=200)
    assert chosen([found], lambda _: same, given=[given]) == [given]
