"""Runs the jobs of the commands in this process, with the code that the engine processes run.

TensorFlow is loaded only for what needs it, and only after a command's arguments were checked.
"""

import contextlib
import importlib
import sys
import threading
from collections.abc import Callable
from typing import TypeVar, cast

from typing_extensions import override

from tlgui import garbage_collection
from tlgui.cli.terminal import Terminal
from tlgui.engine import quiet
from tlgui.engine.protocol import JOBS, LIGHT_JOBS, Engine, Jobs, Request
from tlgui.engine.routing import RoutingEngine
from tlgui.engine.run_job import Perform
from tlgui.progress import Event, JobContext

ResultT = TypeVar("ResultT")

_SWITCH_SECONDS = 0.0005


def perform(request: Request[ResultT], terminal: Terminal, listen: Callable[[Event], None] | None = None) -> ResultT:
    """Run one job.

    Args:
        request: The job.
        terminal: Shows its progress; Ctrl+C stops it.
        listen: Gets each event too.

    Returns:
        The result that the request's type names.
    """
    return load_engine(terminal, is_light=request.is_light)(request, terminal.context(listen))


def load_engine(terminal: Terminal, *, is_light: bool = False) -> Perform:
    """Return the function that runs jobs.

    Args:
        terminal: Says that TensorFlow is loaded.
        is_light: Whether the jobs can do without TensorFlow; it is then loaded only for a model that needs it.
    """
    if is_light:
        return RoutingEngine(_Local(_load_light), _Local(lambda: _load_full(terminal))).run
    return _load_full(terminal).perform


def begin_loading() -> None:
    """Begin to load TensorFlow in a thread, for a command that has other work to do first; `load_engine` waits for it.

    What fails in it fails again where the engine is needed.
    """
    # Threads that decode photos need the lock of Python often: they wait at most so long while another one holds it.
    sys.setswitchinterval(_SWITCH_SECONDS)
    # The program waits for it at its end: Python cannot end safely while libraries are being loaded.
    threading.Thread(target=_load_quietly, name="loading").start()


def _load_quietly() -> None:
    quiet.prepare_tensorflow()
    with contextlib.suppress(ImportError), garbage_collection.paused(freezes=True):
        importlib.import_module(JOBS)


def _load_light() -> Jobs:
    return cast(Jobs, importlib.import_module(LIGHT_JOBS))


def _load_full(terminal: Terminal) -> Jobs:
    terminal.checkpoint()
    terminal.note("Loading TensorFlow")
    quiet.prepare_tensorflow()
    # It takes seconds.
    with garbage_collection.paused(freezes=True):
        return cast(Jobs, importlib.import_module(JOBS))


class _Local(Engine):
    """Runs jobs on the caller's thread.

    Args:
        load: Returns the module with the jobs; called with the first one.
    """

    def __init__(self, load: Callable[[], Jobs]) -> None:
        self._load = load

    @override
    def start(self) -> None:
        """Do nothing: there is no process."""

    @override
    def wait_until_ready(self, context: JobContext) -> None:
        context.checkpoint()

    @override
    def run(self, request: Request[ResultT], context: JobContext) -> ResultT:
        jobs = self._load()
        result = jobs.perform(request, context)
        jobs.get_ready_after(result)
        return result

    @override
    def close(self) -> None:
        """Do nothing: there is no process."""
