"""Pairs by amount, date and words where no key says what belongs together."""

from tieout.reconcile.passes.keyless.run import keyless_pass

__all__ = ["keyless_pass"]
