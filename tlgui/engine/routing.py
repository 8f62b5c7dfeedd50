"""Two engines behind one: a light one with ONNX Runtime alone for answers, and one with TensorFlow for all else.

The light engine is ready within a second, and answers while the other one trains. Here alone is decided which engine a
request goes to. Where a model file carries no ONNX network, the engine with TensorFlow answers, and gives the file one,
so that the next answer is light.
"""

import contextlib
import threading
from typing import TypeVar

from typing_extensions import override

from tlgui.engine.protocol import Engine, NoOnnxNetworkError, Request
from tlgui.errors import Cancelled, EngineError
from tlgui.progress import JobContext, Notice

ResultT = TypeVar("ResultT")

_WAITING = Notice(
    "This model answers when the training has ended.",
    "It was made by an earlier tlgui, or its network is of a kind that cannot answer meanwhile.",
)


class RoutingEngine(Engine):
    """Routes each request to one of two engines, which run their jobs side by side.

    Args:
        light: Answers requests that are `is_light`, where it can.
        full: Runs all other requests. It is loaded when the light engine is ready and idle, so that the first answer
            does not share the processor with it.
    """

    def __init__(self, light: Engine, full: Engine) -> None:
        self._light = light
        self._full = full
        self._is_closed = threading.Event()
        self._starting: threading.Thread | None = None
        # The jobs of the full engine that the user asked for, under way or waiting.
        self._full_jobs: list[Request[object]] = []

    @override
    def start(self) -> None:
        self._light.start()
        if self._starting is None:
            self._starting = threading.Thread(target=self._start_full, name="engine-start", daemon=True)
            self._starting.start()

    @override
    def wait_until_ready(self, context: JobContext) -> None:
        self._light.wait_until_ready(context)
        self._full.wait_until_ready(context)

    @override
    def run(self, request: Request[ResultT], context: JobContext) -> ResultT:
        if request.is_light:
            with contextlib.suppress(NoOnnxNetworkError):
                return self._light.run(request, context)
            if self._full_jobs:
                context.report(_WAITING)
        return self._run_full(request, context)

    @override
    def close(self) -> None:
        self._is_closed.set()
        self._light.close()
        self._full.close()
        if self._starting is not None:
            self._starting.join()

    def _run_full(self, request: Request[ResultT], context: JobContext) -> ResultT:
        if request.is_background:
            return self._full.run(request, context)
        self._full_jobs.append(request)
        try:
            return self._full.run(request, context)
        finally:
            self._full_jobs.remove(request)

    def _start_full(self) -> None:
        with contextlib.suppress(Cancelled, EngineError):
            self._light.wait_until_ready(JobContext(checkpoint=self._check_open))
        if not self._is_closed.is_set():
            self._full.start()

    def _check_open(self) -> None:
        if self._is_closed.is_set():
            raise Cancelled
