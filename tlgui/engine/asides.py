"""Short requests that are answered between two photos of the job under way, instead of after it.

Somebody who looks at a photo does not wait until 100,000 others are named. Only the thread of the job uses the
connection: it sends what other threads ask for, and passes the answers on to them.
"""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Literal

from tlgui.cancellation import until, wait_for_result
from tlgui.engine.protocol import Aside, AsideAnswered, Outcome, Request
from tlgui.progress import JobContext


class Asides:
    """The requests of other threads while a job is under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._is_open = False
        self._waiting: list[tuple[Request[object], Future[Outcome | None]]] = []
        self._sent: dict[int, Future[Outcome | None]] = {}

    def open(self) -> None:
        """Take requests: a job is under way."""
        with self._lock:
            self._is_open = True

    def offer(self, request: Request[object]) -> Future[Outcome | None] | None:
        """Have a request answered by the job under way.

        Returns:
            Its outcome, None once the job has ended without answering it; or None where no job takes requests.
        """
        with self._lock:
            if not self._is_open:
                return None
            future: Future[Outcome | None] = Future()
            self._waiting.append((request, future))
            return future

    def answer_or_turn(
        self, request: Request[object], take_turn: Callable[[float], bool], context: JobContext
    ) -> Outcome | None:
        """Wait until a job under way has answered a request, or until no job is under way.

        Args:
            request: The request.
            take_turn: Waits for at most the given seconds for the end of the job under way.
            context: Its checkpoint stops the waiting.

        Returns:
            The outcome; None where `take_turn` succeeded.

        Raises:
            Cancelled: The checkpoint raised it.
        """

        def offer_or_take(seconds: float) -> Future[Outcome | None] | Literal[True] | None:
            return self.offer(request) or take_turn(seconds) or None

        while True:
            asked: Future[Outcome | None] | Literal[True] = until(offer_or_take, context)
            if asked is True:
                return None
            try:
                outcome = wait_for_result(asked, context)
            finally:
                asked.cancel()
            if outcome is not None:
                return outcome

    def send_waiting(self, send: Callable[[Aside], None]) -> None:
        """Send what is asked for, on the thread of the job; what was cancelled meanwhile is dropped."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
            new = {next(self._numbers): asked for asked in waiting if asked[1].set_running_or_notify_cancel()}
            self._sent |= {number: future for number, (_, future) in new.items()}
        for number, (request, _) in new.items():
            send(Aside(number, request))

    def resolve(self, answered: AsideAnswered) -> None:
        """Pass an answer on to who asked."""
        with self._lock:
            future = self._sent.pop(answered.number)
        future.set_result(answered.outcome)

    def stop_taking(self) -> bool:
        """Take no more requests, as the job has ended; return whether answers are still to come."""
        with self._lock:
            self._is_open = False
            left, self._waiting = self._waiting, []
            is_awaited = bool(self._sent)
        for _, future in left:
            if future.set_running_or_notify_cancel():
                future.set_result(None)
        return is_awaited

    def close(self) -> None:
        """Take no more requests, and expect no answers: who still waits asks again in turn."""
        self.stop_taking()
        with self._lock:
            sent, self._sent = self._sent, {}
        for future in sent.values():
            future.set_result(None)
