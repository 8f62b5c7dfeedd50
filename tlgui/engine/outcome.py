"""The outcome of a job, decided in one place for the engine process, the window's threads and the commands."""

import logging
import os
import traceback
from collections.abc import Callable
from pathlib import Path

from tlgui import files
from tlgui.engine.protocol import BugError, Failed, JobCancelled, Outcome, Succeeded
from tlgui.errors import Cancelled, StorageError, TlguiError

_log = logging.getLogger(__name__)

# TensorFlow's error is identified by its name: this module is loaded where TensorFlow is not.
_OUT_OF_MEMORY = {"MemoryError", "ResourceExhaustedError"}


def outcome_of(operation: Callable[[], object]) -> Outcome:
    """Run an operation; every error becomes an outcome.

    Args:
        operation: The operation.

    Returns:
        `Succeeded` with its result, `JobCancelled`, or `Failed` with an error for the user: that of the operation, a
        lack of memory or disk space, or a bug with its traceback.

    >>> outcome_of(lambda: 6 * 7)
    Succeeded(result=42)
    """
    try:
        return Succeeded(operation())
    except Cancelled:
        return JobCancelled()
    except TlguiError as error:
        return Failed(error, error.details if isinstance(error, BugError) else "")
    except Exception as error:  # noqa: BLE001 - here a job's outcome is decided
        return _failure(error)


def _failure(error: Exception) -> Failed:
    """Return the outcome of an error that is no `TlguiError`."""
    if type(error).__name__ in _OUT_OF_MEMORY:
        return Failed(
            TlguiError(
                "There is not enough memory for this.",
                "Use a smaller batch size or input size, or close other programs.",
            )
        )
    if isinstance(error, OSError) and error.errno in files.WRITE_REFUSALS:
        return Failed(_refused_write(error))
    details = "".join(traceback.format_exception(error))
    _log.error("a job failed with an unexpected error:\n%s", details)
    return Failed(BugError(f"Something unexpected happened: {type(error).__name__}: {error}", details), details)


def _refused_write(error: OSError) -> StorageError:
    if isinstance(error.filename, str | bytes):
        return files.storage_error(error, Path(os.fsdecode(error.filename)))
    return files.unnamed_storage_error(error)
