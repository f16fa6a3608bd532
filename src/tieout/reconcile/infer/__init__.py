"""Infer a spec from two samples, whatever their columns are called."""

from tieout.reconcile.infer.infer import infer_spec
from tieout.reconcile.infer.model import Choice, Inferred, SampleSide

__all__ = ["Choice", "Inferred", "SampleSide", "infer_spec"]
