"""Practice decisions: breaks, and an operator with a hidden policy who decides them."""

from tieout.practice.decisions.operator import Operator, PracticeCase, practice_cases

__all__ = ["Operator", "PracticeCase", "practice_cases"]
