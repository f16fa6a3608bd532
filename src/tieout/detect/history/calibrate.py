"""Scores of breaks to p-values, by what breaks of the past scored against their own past."""

from dataclasses import replace
from typing import Final

import numpy as np

from tieout.detect.calibration import TailCalibration
from tieout.detect.detector import FloatArray

PAST_MIN: Final = 40
_PAST_FOR_A_FITTED_TAIL: Final = 1_250
_TAIL_SHARE: Final = 0.1
# Of a Student t with four degrees of freedom: what few scores are taken to be like in their tail.
_TAIL_SHAPE: Final = 0.25
_FREEDOM_UNKNOWN: Final = 3
# Scores that tie at the threshold say nothing of how far the next one may lie beyond it.
_SCALE_MIN: Final = 0.05


def calibrate(past: FloatArray, *, tail: bool) -> TailCalibration:
    """What `log_p` of later scores is read from: scores of past breaks, each against its own past.

    Rolling conformal (Vovk et al. 2005; Xu and Xie 2021 for its use in time). tail: whether scores
    beyond all of the past go on along a Pareto tail, for scores that are measures; a count has
    none. Below 1,250 scores the tail's shape is assumed instead of fitted.
    """
    known = np.sort(past[~np.isnan(past)])
    count = int(len(known) * _TAIL_SHARE)
    if not tail or count < 2:
        return TailCalibration(known, np.inf, 0.0, 1.0, 0.0)
    if len(known) >= _PAST_FOR_A_FITTED_TAIL:
        fitted = TailCalibration.fitted_in_order(known)
        if fitted.tail_share > 0.0:
            return replace(fitted, scale=max(fitted.scale, _SCALE_MIN * fitted.threshold))
    threshold = float(known[-count - 1])
    # By the median, so that a few odd scores among few do not make each other look usual.
    excess = float(np.median(known[-count:] - threshold))
    scale = max(excess * _TAIL_SHAPE / (2.0**_TAIL_SHAPE - 1.0), _SCALE_MIN * threshold)
    if scale <= 0.0:
        return TailCalibration(known, np.inf, 0.0, 1.0, 0.0)
    return TailCalibration(known, threshold, _TAIL_SHAPE, scale, count / len(known))


def log_p_of_few(scores: FloatArray, past: FloatArray) -> FloatArray:
    """Log p-values of robust sigmas by fewer than 40 scores of the past, or by none.

    Within what the past had, its share of larger ones. Beyond, that of a Student t with three
    degrees of freedom, but no less than the largest score of the past allows: p falls from its
    share with the square of the distance (a tail of infinite variance). Nor more than the largest
    score of the past would get.
    """
    from scipy.special import stdtr

    known = np.sort(past[~np.isnan(past)])
    larger = len(known) - np.searchsorted(known, scores, side="left")
    largest = float(known[-1]) if len(known) else 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.log((1.0 + larger) / (len(known) + 1.0))
        beyond = np.minimum(np.log(2.0) + np.log(stdtr(_FREEDOM_UNKNOWN, -np.abs(scores))), 0.0)
        allowed = share + 2.0 * (np.log(largest) - np.log(scores))
    most = np.log(min(1.0, 2.0 / (len(known) + 1.0)))
    further = np.minimum(np.fmax(beyond, allowed), most)
    result: FloatArray = np.where(larger > 0, share, further)
    result[np.isnan(scores)] = 0.0
    return result


def log_p_by_band(
    scores: FloatArray,
    bands: np.ndarray,
    past: np.ndarray,
    *,
    tail: bool,
    judged: np.ndarray | None = None,
) -> FloatArray:
    """Log p-values of scores, calibrated within bands of rows that are alike (Mondrian).

    past: rows to calibrate by. A band with fewer than 40 of them is calibrated by all of them.
    judged: the rows that are asked about, None for all; 0.0 stands for the others.
    """
    result = np.zeros(len(scores))
    known = ~np.isnan(scores)
    asked = known if judged is None else known & judged
    whole = scores[past & known]
    for band in np.unique(bands[asked]):
        of_band = bands == band
        rows = asked & of_band
        own = scores[known & past & of_band]
        base = own if len(own) >= PAST_MIN else whole
        if len(base) < PAST_MIN:
            result[rows] = log_p_of_few(scores[rows], base)
        else:
            result[rows] = calibrate(base, tail=tail).log_p(scores[rows])
    return result
