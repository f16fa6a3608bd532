import json

import numpy as np
import pytest
from numpy.typing import NDArray

from tieout.detect.views.gain import Gain
from tieout.detect.views.peers import Coded, Shrinkage
from tieout.detect.views.quantities import Form, Quantity
from tieout.detect.views.search import Candidate
from tieout.detect.views.view import View

ROWS = 5_000
CANDIDATE = Candidate(Quantity(Form.LOG, ("amount",)), ("branch",), Gain(0.7, 0.01))


def made(seed: int = 0) -> tuple[NDArray[np.float64], Coded]:
    random = np.random.default_rng(seed)
    codes = random.integers(0, 20, ROWS)
    centre = np.random.default_rng(50).normal(5.0, 2.0, 20)
    return centre[codes] + 0.3 * random.standard_t(4, ROWS), Coded(codes, 20)


def fitted() -> View:
    values, branch = made()
    return View.fitted(CANDIDATE, values, [branch], rows=np.arange(ROWS), shrinkage=Shrinkage())


def test_p_values_of_history_are_uniform() -> None:
    values, branch = made()
    p = np.exp(fitted().judged(values, [branch]).log_p)
    for share in (0.3, 0.1, 0.01):
        assert (p <= share).mean() == pytest.approx(share, rel=0.2)


def test_p_values_of_new_rows_are_uniform_too() -> None:
    values, branch = made(seed=1)
    p = np.exp(fitted().judged(values, [branch]).log_p)
    for share in (0.3, 0.1, 0.01):
        assert (p <= share).mean() == pytest.approx(share, rel=0.25)


def test_a_row_of_another_branch_stands_out() -> None:
    view = fitted()
    shift = view.peers.levels[0].shift
    high, low = int(np.argmax(shift)), int(np.argmin(shift))
    misplaced = np.array([view.peers.centre + shift[high]])
    judged = view.judged(misplaced, [Coded(np.array([low]), 20)])
    assert judged.log_p[0] < np.log(1e-4)
    assert judged.residuals[0] > 0.0


def test_rows_of_a_new_group_are_judged_against_the_pool() -> None:
    values, branch = made(seed=2)
    unseen = Coded(np.full(ROWS, -1), 20)
    judged = fitted().judged(values, [unseen])
    assert not judged.known.any()
    # The pool is wide: few of its rows are extreme in it, though its branches are unknown.
    assert (judged.log_p < np.log(0.01)).mean() < 0.02
    assert fitted().judged(values, [branch]).known.all()


def test_without_groups_all_rows_are_known_peers() -> None:
    values, _ = made()
    candidate = Candidate(CANDIDATE.quantity, (), Gain(0.2, 0.0))
    view = View.fitted(candidate, values, [], rows=np.arange(ROWS), shrinkage=Shrinkage())
    assert view.judged(values, []).known.all()
    assert view.alpha == 0.0


def test_a_missing_value_has_no_p_value() -> None:
    values, branch = made()
    values[3] = np.nan
    view = View.fitted(CANDIDATE, values, [branch], rows=np.arange(ROWS), shrinkage=Shrinkage())
    judged = view.judged(values, [branch])
    assert np.isnan(judged.log_p).nonzero()[0].tolist() == [3]


def test_a_quantity_that_never_varied_makes_any_other_value_rare() -> None:
    branch = Coded(np.arange(300) % 3, 3)
    candidate = Candidate(Quantity(Form.DIFFERENCE, ("left", "right")), ("key",), Gain(0.2, 0.0))
    view = View.fitted(
        candidate, np.zeros(300), [branch], rows=np.arange(300), shrinkage=Shrinkage()
    )
    seen = view.judged(np.array([0.0, 5.0]), [Coded(np.array([1, 1]), 3)])
    new = view.judged(np.array([0.0, 5.0]), [Coded(np.array([-1, -1]), 3)])
    for judged in (seen, new):
        assert judged.log_p[0] == 0.0
        assert judged.log_p[1] < np.log(0.01)


def test_it_describes_itself_in_a_sentence() -> None:
    said = fitted().describe()
    assert said.startswith("logarithm of amount within branch foretells 0.70 nats a row more")
    assert f"scale to the {fitted().alpha:.2f}" in said


def test_a_view_is_restored_from_json_and_arrays() -> None:
    view = fitted()
    state = {
        key: value if isinstance(value, np.ndarray) else json.loads(json.dumps(value))
        for key, value in view.state().items()
    }
    again = View.restored(state)
    values, branch = made(seed=3)
    assert again.judged(values, [branch]).log_p.tolist() == (
        view.judged(values, [branch]).log_p.tolist()
    )
    assert again.describe() == view.describe()
