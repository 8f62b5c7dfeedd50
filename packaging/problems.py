"""How the set-up speaks: short lines on standard error, and problems with what to do about them."""

import sys


class SetupError(Exception):
    """Something is missing that only the user can provide.

    Args:
        message: What is missing, in plain words.
        hint: What to do, where possible the one command.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def say(line: str) -> None:
    """Print one line; standard output belongs to the command that is started."""
    print(line, file=sys.stderr, flush=True)
