"""Sends the messages that TensorFlow prints to a log file, and not to the user's terminal."""

import contextlib
import faulthandler
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from tlgui import files


def prepare_tensorflow() -> None:
    """Set the environment variables that TensorFlow and Keras read; call it before their import."""
    files.use_for_libraries()
    if files.home_problem():
        # Without a home, Keras would create a folder named “~” in the current one.
        os.environ["KERAS_HOME"] = str(files.process_folder() / "keras")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ["KERAS_BACKEND"] = "tensorflow"


def send_output_to(log: TextIO) -> None:
    """Send everything that this process prints to a log for good: from Python, from C++, and tracebacks of crashes.

    Args:
        log: The open log file.
    """
    for stream in (sys.stdout, sys.stderr):
        # A process without a console has no streams.
        if stream is not None:
            stream.flush()
    os.dup2(log.fileno(), 1)
    os.dup2(log.fileno(), 2)
    sys.stdout = sys.stderr = log
    faulthandler.enable(log)
    logging.basicConfig(
        stream=log, level=logging.INFO, format="%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s", force=True
    )


@contextlib.contextmanager
def own_output(log_name: str) -> Iterator[tuple[TextIO, TextIO, Path]]:
    """Keep standard output and standard error for the caller, and send what libraries print to a log.

    Args:
        log_name: The log's name in the log folder.

    Yields:
        Standard output and standard error as they were, and the log's path.
    """
    out, err = sys.stdout, sys.stderr
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(files.open_log(log_name))
        streams = tuple(_kept(stream, number, log, stack) for number, stream in ((1, out), (2, err)))
        sys.stdout = sys.stderr = log
        handler = logging.StreamHandler(log)
        logging.getLogger().addHandler(handler)
        try:
            yield streams[0], streams[1], Path(log.name)
        finally:
            logging.getLogger().removeHandler(handler)
            sys.stdout, sys.stderr = out, err


def _kept(stream: TextIO, number: int, log: TextIO, stack: contextlib.ExitStack) -> TextIO:
    """Redirect a file descriptor to the log, and return a stream to where `stream` led before."""
    stream.flush()
    try:
        is_descriptor = stream.fileno() == number
    except OSError:
        is_descriptor = False
    original = os.dup(number)
    os.dup2(log.fileno(), number)

    def restore() -> None:
        os.dup2(original, number)
        os.close(original)

    stack.callback(restore)
    if not is_descriptor:
        return stream
    kept = os.fdopen(os.dup(original), "w", encoding=stream.encoding, errors=stream.errors)
    stack.enter_context(kept)
    return kept
