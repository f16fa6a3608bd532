"""What was done, in words: not how the log calls it, which stays as it is."""

from typing import Final

_OWN: Final = {
    "user.logged_in": "Logged in",
    "user.logged_out": "Logged out",
    "user.login_failed": "Log-in failed",
    "user.locked": "Log-in locked",
    "case.commented": "Case commented on",
    "case.file_attached": "File attached to a case",
    "run.file_exported": "File of a run exported",
    "run.downloaded": "Run downloaded",
    "assistant.asked": "Assistant asked",
    "task.signed_off": "Task signed off",
    "user.password_set": "Password set",
    "user.roles_changed": "Roles changed",
    "proposal.ran_alone": "Proposal carried out by itself",
    "flux.explained": "Difference between periods explained",
}


def action_words(action: str) -> str:
    """What an entry of the log says was done; the object first, then what became of it.

    >>> action_words("case.decision_approved"), action_words("job.queued")
    ('Case decision approved', 'Job queued')
    """
    return _OWN.get(action) or words_of(action).capitalize()


def words_of(code: str) -> str:
    """A code without its marks.

    >>> words_of("run_after"), words_of("money.at_risk")
    ('run after', 'money at risk')
    """
    return code.replace(".", " ").replace("_", " ").strip()
