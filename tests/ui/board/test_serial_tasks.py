"""Tasks on another thread are done in order, and none is lost when the window closes."""

import threading
from collections.abc import Callable

from pytestqt.qtbot import QtBot

from tlgui.errors import StorageError
from tlgui.ui.board.serial_tasks import SerialTasks
from tlgui.ui.session.session import Session


def test_tasks_are_done_in_order_on_another_thread_and_answered_on_this_one(qtbot: QtBot, session: Session) -> None:
    tasks = SerialTasks(session, "tasks", session)
    ran: list[tuple[int, bool]] = []
    answered: list[tuple[int, bool]] = []
    here = threading.get_ident()

    def work(number: int) -> int:
        ran.append((number, threading.get_ident() == here))
        return number

    for number in range(20):
        tasks.do(lambda number=number: work(number), lambda got: answered.append((got, threading.get_ident() == here)))  # type: ignore[misc]
    qtbot.waitUntil(lambda: len(answered) == 20)
    assert ran == [(number, False) for number in range(20)]
    assert answered == [(number, True) for number in range(20)]


def test_closing_waits_until_all_tasks_are_done(session: Session) -> None:
    tasks = SerialTasks(session, "tasks", session)
    may_begin = threading.Event()
    ran: list[int] = []

    def work(number: int) -> None:
        assert may_begin.wait(10)
        ran.append(number)

    for number in range(3):
        tasks.do(lambda number=number: work(number))  # type: ignore[misc]
    may_begin.set()
    assert session.close(5000)
    assert ran == [0, 1, 2]


def test_task_begun_by_the_answer_to_another_is_done(qtbot: QtBot, session: Session) -> None:
    tasks = SerialTasks(session, "tasks", session)
    ran: list[str] = []
    tasks.do(lambda: "first", lambda got: tasks.do(lambda: ran.append(got)))
    qtbot.waitUntil(lambda: ran == ["first"])


def test_refusal_of_the_disk_is_given_back_and_the_others_are_done(qtbot: QtBot, session: Session) -> None:
    tasks = SerialTasks(session, "tasks", session)
    told: list[object] = []

    def refuse() -> str:
        raise StorageError("The disk is full.")

    tasks.do(refuse, told.append, lambda error: told.append(error.message))
    tasks.do(lambda: "done", told.append)
    qtbot.waitUntil(lambda: told == ["The disk is full.", "done"])


def test_tasks_behind_a_bug_are_done(qtbot: QtBot, session: Session, expect_log: Callable[[str], None]) -> None:
    expect_log("a job failed with an unexpected error")
    expect_log("a background job failed")
    tasks = SerialTasks(session, "tasks", session)
    may_begin = threading.Event()
    told: list[str] = []

    def fail() -> str:
        assert may_begin.wait(10)
        raise ValueError("a bug")

    tasks.do(fail, told.append)
    tasks.do(lambda: "done", told.append)
    may_begin.set()
    qtbot.waitUntil(lambda: told == ["done"])
