"""What a judgement stands on: the breaks with all that is known of them and their past."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from tieout.detect.history.features import describe_at
from tieout.detect.history.observations import Observations


@dataclass(frozen=True)
class Ground:
    """Breaks of history and present, ordered by key, day and row, with their features.

    rows: all observations, agreeing ones too. days: the days of the data, sorted. peers: the
    attribute that makes peers. against_past: whether features are of earlier days or, for want
    of any, of the other breaks.
    """

    breaks: pl.DataFrame
    rows: pl.DataFrame
    days: np.ndarray
    observations: Observations
    peers: str | None
    against_past: bool = True

    def described(self) -> pl.DataFrame:
        """The current breaks in their order, with what `describe` says of their window."""
        is_current = self.breaks["current"].to_numpy()
        if not self.against_past or "mean" in self.breaks.columns:
            return self.breaks.filter(is_current)
        return describe_at(self.breaks, np.flatnonzero(is_current))
