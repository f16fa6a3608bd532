"""Where to cut scores, and what a cut finds and costs."""

from tieout.detect.thresholds.choose import Cut, CutPolicy, choose
from tieout.detect.thresholds.counts import Costs
from tieout.detect.thresholds.quality import (
    average_precision,
    expected_calibration_error,
    precision_at,
    recall_at,
)
from tieout.detect.thresholds.sweep import sweep
from tieout.detect.thresholds.tables import confusion_matrix, metrics_by_type

__all__ = [
    "Costs",
    "Cut",
    "CutPolicy",
    "average_precision",
    "choose",
    "confusion_matrix",
    "expected_calibration_error",
    "metrics_by_type",
    "precision_at",
    "recall_at",
    "sweep",
]
