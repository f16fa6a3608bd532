"""Why a rate rose at one moment: a Bayesian scan over all combinations of attribute values."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tieout.explain.scan.betabinomial import Floats
from tieout.explain.scan.effects import risk_ratio
from tieout.explain.scan.evidence import Moment, Ranking, chosen, rank
from tieout.explain.scan.groups import Codes
from tieout.explain.scan.history import Expectation, expect
from tieout.explain.scan.likelihoods import likelihoods
from tieout.explain.scan.naming import Answer, name_causes, ordered
from tieout.explain.scan.options import RateOptions
from tieout.explain.scan.result import Cause, Scan, Verdict

_DISPERSION_UNKNOWN = 1e-3
_MOMENTS_FOR_DISPERSION = 3


@dataclass(frozen=True)
class Cells:
    """Counts of the unique cells (leaves) of all attributes, now and at earlier moments.

    codes: leaves x attributes, from 0. counts, trials: of each leaf at the moment asked about.
    counts_past, trials_past: leaves x earlier moments.
    """

    codes: Codes
    counts: Floats
    trials: Floats
    counts_past: Floats
    trials_past: Floats


def scan_rates(cells: Cells, options: RateOptions | None = None) -> Scan:
    """Find the combination whose outcomes rose at the moment, or say that there is none.

    Every leaf has an expected rate from the earlier moments (outlying ones dropped, shrunk to
    main effects) and beta-binomial noise around it. A combination's evidence sums over an effect
    that its leaves share, over the noise inside it, and over noise, drift and spill-over outside
    of it. That all rose alike is one of the answers; that nothing did is another. A scan of this
    shape goes back to Kulldorff's spatial scan statistic (Commun. Stat. 26, 1997) and its Bayesian
    form by Neill, Moore and Cooper (NIPS 2005). Localising by attributes is the subject of
    Adtributor (Bhagwan et al., NSDI 2014), Squeeze (Li et al., ISSRE 2019), RobustSpot (Li et al.,
    2022) and RiskLoc (Kalander, 2022), which score how far sets of leaves depart from a forecast.

    Raises ValueError where there is no earlier moment or the shapes disagree.
    """
    options = options or RateOptions()
    _require_sound(cells)
    live = cells.trials > 0
    if not live.any() or cells.codes.shape[1] == 0:
        return Scan(Verdict.QUIET, (), 0)
    usual = expect(
        cells.codes,
        cells.counts_past,
        cells.trials_past,
        prior_trials=options.prior_trials,
        grid=options.dispersions,
    )
    if cells.trials_past.shape[1] < _MOMENTS_FOR_DISPERSION:
        usual = replace(usual, dispersion=max(usual.dispersion, _DISPERSION_UNKNOWN))
    moment = _moment(cells, live, usual, options)
    ranking = rank(moment, options)
    order = ordered(ranking)
    answer = name_causes(moment, ranking, order, options)
    causes = _causes(moment, ranking, order, answer, usual.dispersion, options)
    everywhere = ranking.everywhere - ranking.quiet
    return Scan(answer.verdict, causes, len(ranking.conditions), everywhere)


def _require_sound(cells: Cells) -> None:
    leaves = len(cells.codes)
    if cells.trials_past.ndim != 2 or cells.trials_past.shape[1] == 0:
        raise ValueError("no earlier moment to compare with")
    shapes = {cells.counts_past.shape, cells.trials_past.shape}
    if len(shapes) > 1 or {len(cells.counts), len(cells.trials), cells.counts_past.shape[0]} != {
        leaves
    }:
        raise ValueError("counts and trials are not of the same leaves and moments")


def _moment(
    cells: Cells, live: NDArray[np.bool_], usual: Expectation, options: RateOptions
) -> Moment:
    now = Expectation(usual.rates[live], usual.trials[live], usual.dispersion)
    counts, trials = cells.counts[live], cells.trials[live]
    return Moment(
        cells.codes[live],
        counts,
        trials,
        trials * now.rates,
        likelihoods(counts, trials, now, options),
    )


def _causes(
    moment: Moment,
    ranking: Ranking,
    order: list[int],
    answer: Answer,
    dispersion: float,
    options: RateOptions,
) -> tuple[Cause, ...]:
    """The named causes, then the rest of the ranked list."""
    listed = [place for place in order if place not in answer.named]
    places = [*answer.named, *listed][: max(options.listed_max, len(answer.named))]
    shown = chosen(ranking, places)
    outlook = shown.outlook
    trials, counts = float(moment.trials.sum()), float(moment.counts.sum())
    sizes = moment.trials
    # Counts of one leaf hang together, so that each trial of it says less.
    typical = float((sizes**2).sum() / sizes.sum())
    ratio = risk_ratio(
        outlook.counts,
        outlook.trials,
        counts - outlook.counts,
        trials - outlook.trials,
        inflation=np.full(len(places), 1 + max(typical - 1, 0) * dispersion),
    )
    evidence = np.maximum(shown.local, shown.drift) - np.maximum(ranking.quiet, shown.calm)
    corrected = np.minimum(ratio.p_value * len(ranking.conditions), 1.0)
    expected = outlook.expected * float(moment.expected.sum()) / outlook.trials
    return tuple(
        Cause(
            condition=shown.conditions[at],
            support=float(outlook.trials[at]),
            outcome_rate=float(outlook.counts[at] / outlook.trials[at]),
            expected_rate=float(expected[at]),
            risk_ratio=float(ratio.ratio[at]),
            ratio_low=float(ratio.low[at]),
            ratio_high=float(ratio.high[at]),
            p_value=float(corrected[at]),
            explained_share=float(outlook.explained[at]),
            evidence=float(evidence[at]),
            named=at < len(answer.named),
        )
        for at in range(len(places))
    )
