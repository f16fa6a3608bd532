"""Practice reconciliations: two files, their breaks, and labels that say which is which."""

from tieout.practice.breaks.generate import BreaksWritten, generate_breaks

__all__ = ["BreaksWritten", "generate_breaks"]
