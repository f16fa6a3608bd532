"""Counts that scatter more than independent trials do."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MEAN_MIN = 1e-6


def log_beta_binomial(counts: Floats, trials: Floats, means: Floats, precision: Floats) -> Floats:
    """Log likelihood of counts whose rate is itself beta distributed, less what does not vary.

    counts, trials: one per leaf. means: leaves x effects. precision: leaves x dispersions, the
        sum of the beta distribution's two parameters; it is 1 / d - 1 at intraclass correlation d.

    Gives leaves x effects x dispersions, without the binomial coefficient. The beta-binomial
    distribution: Skellam (J. R. Stat. Soc. B 10, 1948).
    """
    from scipy.special import gammaln

    count = counts[:, None, None]
    missing = (trials - counts)[:, None, None]
    mean = np.clip(means, MEAN_MIN, 1 - MEAN_MIN)[:, :, None]
    size = precision[:, None, :]
    hits, others = mean * size, (1 - mean) * size
    likelihood: Floats = gammaln(count + hits) - gammaln(hits)
    likelihood += gammaln(missing + others) - gammaln(others)
    likelihood += (gammaln(precision) - gammaln(trials[:, None] + precision))[:, None, :]
    return likelihood


def log_sum(values: Floats, axis: int | tuple[int, ...]) -> Floats:
    """Logarithm of a sum of exponentials; of nothing but minus infinities it is that."""
    peak = np.max(values, axis=axis, keepdims=True)
    peak = np.where(np.isfinite(peak), peak, 0.0)
    with np.errstate(divide="ignore"):
        total: Floats = np.log(np.sum(np.exp(values - peak), axis=axis))
    return np.asarray(total + np.squeeze(peak, axis=axis))


def log_weights(log_densities: Floats) -> Floats:
    """Log weights that sum to one."""
    return log_densities - log_sum(log_densities, 0)


def logit(rates: Floats) -> Floats:
    """Log odds of rates, kept off 0 and 1."""
    clipped = np.clip(rates, MEAN_MIN, 1 - MEAN_MIN)
    return np.log(clipped) - np.log1p(-clipped)


def expit(log_odds: Floats) -> Floats:
    """Rates of log odds."""
    return 1 / (1 + np.exp(-log_odds))
