"""What tests of the review share: a gate for closer looks, and the photos of a collection in memory and on disk."""

import threading
from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.ui.waiting import WAIT_MS
from tlgui.photos.health.findings import FindingKind, MoveInto
from tlgui.photos.pictures.thumbnails import ThumbnailStore
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.scan import Survey
from tlgui.photos.scanning.thread_pool import Slots
from tlgui.progress import JobContext, Progress, Stage
from tlgui.ui.session.review import Review
from tlgui.ui.session.session import Session

POLL_SECONDS = 0.005


class LookGate:
    """Holds closer looks until a test opens it; Stop works meanwhile, unless the test switches that off."""

    def __init__(self) -> None:
        self.is_reached = False
        self.can_be_stopped = True
        self.looked_at = 0
        self.slots: Slots | None = None
        self._open = threading.Event()

    def open(self) -> None:
        self._open.set()

    def look(
        self, survey: Survey, context: JobContext, slots: Slots | None = None, thumbnails: ThumbnailStore | None = None
    ) -> Survey:
        self.slots = slots
        context.report(Progress(Stage.LOOKING, 0, 4711))
        context.report(Progress(Stage.LOOKING, self.looked_at, 4711))
        self.is_reached = True
        while not self._open.wait(POLL_SECONDS):
            if self.can_be_stopped:
                context.checkpoint()
        context = context if self.can_be_stopped else JobContext()
        return look_closer(survey, context, slots, thumbnails=thumbnails)


def idle(qtbot: QtBot, session: Session) -> None:
    qtbot.waitUntil(lambda: not session.is_busy and not session._jobs.background, timeout=WAIT_MS)


def paths(session: Session) -> set[Path]:
    assert session.collection is not None
    return {photo.path for photo in session.collection.photos()}


def on_disk(folder: Path) -> set[Path]:
    return set(folder.glob("*/*.jpg"))


def some(folder: Path, name: str, number: int = 2) -> tuple[Path, ...]:
    return tuple(sorted((folder / name).iterdir())[:number])


def move(folder: Path, name: str, target: str, number: int = 2) -> MoveInto:
    return MoveInto(tuple((path, folder / target) for path in some(folder, name, number)))


def unreadable(review: Review) -> tuple[Path, ...]:
    (finding,) = [finding for finding in review.report.findings if finding.kind is FindingKind.DAMAGED]
    return finding.paths
