"""Which detectors judge which kind of rows."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from tieout.detect.detector import Detector
from tieout.detect.roles.infer import Profile
from tieout.model.table import Kind, Table

# With fewer quantities there is no shape that a model could learn and a view could not.
_NUMBERS_MIN: Final = 3
# Of fewer rows no scale of their own can be told.
_ROWS_MIN: Final = 20

_WORDS: Final = {
    "peer_views": "quantities and ratios of quantities, each row among its peers",
    "rarity": "rare labels, and labels that are rarely seen together",
    "novelty": "all numbers together: how far a row is from the usual ones",
    "robust_z": "one or two quantities: how far each is from the usual ones",
    "payment_pattern": "each payment against its customer's and card's own past",
}


def fit_profile(profile: Profile, history: Table, *, seed: int) -> Mapping[str, Detector]:
    """Detectors of a profile, fitted on history; a detector that cannot say anything is left out.

    Where views of peers pass, the model over all numbers is gated off: it only blurs what they
    see. Where none passes, as in columns without peers, it stands alone; one or two numbers make no
    shape, and each is measured by its distance from its median.
    """
    if profile == "payments":
        found = _payments(history)
        if found:
            return found
    return _general(history, seed=seed)


def known_detectors() -> Mapping[str, type[Detector]]:
    """Every detector that a profile may fit, by name, so that a kept model can be read."""
    from tieout.detect.behaviour.pattern import PaymentPattern
    from tieout.detect.detectors.rarity import Rarity
    from tieout.detect.detectors.robust_z import RobustZ
    from tieout.detect.novelty import Novelty
    from tieout.detect.views.peer_views import PeerViews

    kinds: tuple[type[Detector], ...] = (PaymentPattern, Rarity, Novelty, PeerViews, RobustZ)
    return {kind.name: kind for kind in kinds}


def looks_at(name: str) -> str:
    """What a detector looks at, in words."""
    return _WORDS[name]


def _payments(history: Table) -> dict[str, Detector]:
    from tieout.detect.behaviour.pattern import PaymentPattern

    try:
        return {PaymentPattern.name: PaymentPattern().fit(history)}
    except ValueError:
        return {}


def _general(history: Table, *, seed: int) -> dict[str, Detector]:
    from tieout.detect.detectors.rarity import Rarity
    from tieout.detect.views.peer_views import PeerViews

    found: dict[str, Detector] = {}
    views = PeerViews(seed=seed).fit(history)
    if views.passed:
        found[PeerViews.name] = views
    if len(history.names(Kind.CATEGORY)) > 0:
        found[Rarity.name] = Rarity(seed=seed).fit(history)
    if not views.passed and len(history.names(Kind.NUMBER)) >= _NUMBERS_MIN:
        from tieout.detect.novelty import Novelty

        # Numbers none of which varies say nothing.
        with suppress(ValueError):
            found[Novelty.name] = Novelty(seed=seed).fit(history)
    elif not views.passed and _varies(history):
        from tieout.detect.detectors.robust_z import RobustZ

        found[RobustZ.name] = RobustZ().fit(history)
    return found


def _varies(history: Table) -> bool:
    """Whether there is a quantity in it that a row can be far from."""
    names = history.names(Kind.NUMBER)
    return history.height >= _ROWS_MIN and any(history.frame[name].n_unique() > 2 for name in names)
