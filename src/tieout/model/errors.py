"""What Tieout says when input cannot be used."""


class InputError(Exception):
    """Bad input or usage: one line for a person; the command line answers with exit code 2.

    Say what is wrong, where (file, row, column) and what was expected.
    """


class ConservationError(Exception):
    """Rows were lost or counted twice. Never caught: a run that breaks it must not be believed."""
