"""What the user is told when an engine's process ended during a job: the likely cause, and advice."""

import signal

from tlgui.errors import EngineError

SERVER_LOG = "engine.log"


def death_error(exit_code: int | None, *, is_restarted: bool = True) -> EngineError:
    """Return the error for an engine that ended during a job.

    Args:
        exit_code: The exit code of the process; minus the signal's number where one ended it, None where unknown.
        is_restarted: Whether another engine is started without a request.

    Returns:
        The error, with the likely cause and advice.

    >>> print(death_error(-9))
    The engine was ended by the system, probably because memory ran out.
    """
    if exit_code is not None and exit_code < 0:
        name = signal.Signals(-exit_code).name if -exit_code in set(signal.Signals) else f"signal {-exit_code}"
        what, hint = _DEATHS.get(name, (f"The engine crashed ({name}).", _REPORT))
    else:
        code = "" if exit_code is None else f" (exit code {exit_code})"
        what, hint = f"The engine ended unexpectedly{code}.", _REPORT
    then = "A new engine is starting" if is_restarted else _RESTARTED_ON_REQUEST
    return EngineError(what, f"{hint} {then}; what was saved before is intact.")


_RESTARTED_ON_REQUEST = "It ended three times within a minute, so it is started again only when you ask for something"
_REPORT = f"If it happens again, please report it with the file {SERVER_LOG} from the log folder."
_DEATHS = {
    "SIGKILL": (
        "The engine was ended by the system, probably because memory ran out.",
        "Close other programs, or train with a smaller batch size or input size.",
    ),
    "SIGTERM": ("The engine was ended from outside.", "Start the job again."),
    "SIGILL": (
        "The engine crashed because this computer's processor lacks an instruction that it needs.",
        "The engine needs a processor with AVX, as most since 2011 have.",
    ),
}
