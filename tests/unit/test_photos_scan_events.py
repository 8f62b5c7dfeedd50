import shutil
import threading
from pathlib import Path

import pytest

from tests import pictures
from tests.contexts import stopping_at
from tlgui.errors import Cancelled, CollectionError
from tlgui.photos import scan as scanning
from tlgui.photos.collection import Collection, ProblemKind
from tlgui.photos.scan import scan
from tlgui.progress import Event, JobContext, Progress, Stage

QUIET = JobContext()


def counts(collection: Collection) -> dict[str, int]:
    return {photo_class.name: len(photo_class.photos) for photo_class in collection.classes}


def problem_kinds(collection: Collection) -> dict[str, ProblemKind]:
    return {problem.path.relative_to(collection.folder).as_posix(): problem.kind for problem in collection.problems}


def removing(path: Path) -> JobContext:
    """Return the context of a scan during which someone removes `path`, after listing and before checking."""

    def report(event: Event) -> None:
        if isinstance(event, Progress) and event.total and not event.done:
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    return JobContext(report=report)


def test_photo_removed_during_the_scan_is_listed_as_gone(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, 2, 2)

    collection = scan(folder, removing(folder / "class 02" / "photo 001.jpg"))

    assert problem_kinds(collection) == {"class 02/photo 001.jpg": ProblemKind.GONE}
    assert counts(collection) == {"class 01": 2, "class 02": 1}


def test_class_removed_during_the_scan_is_no_class(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, 2, 2)

    collection = scan(folder, removing(folder / "class 02"))

    assert counts(collection) == {"class 01": 2}
    assert set(problem_kinds(collection).values()) == {ProblemKind.GONE, ProblemKind.EMPTY_CLASS}


def test_folder_removed_during_the_scan_is_an_error(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path / "pets", 2, 2)

    with pytest.raises(CollectionError, match="“pets” was removed"):
        scan(folder, removing(folder))


def test_progress_counts_every_photo_up_to_the_last(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, 3, 5)
    events: list[Event] = []

    scan(folder, JobContext(report=events.append))

    progress = [event for event in events if isinstance(event, Progress)]
    assert progress == events
    assert {event.stage for event in progress} == {Stage.SCANNING}
    assert progress[0] == Progress(Stage.SCANNING)
    assert [(event.done, event.total) for event in progress[1:]] == [(done, 15) for done in range(16)]
    assert progress[1].seconds_left is None
    assert progress[-1].seconds_left == 0


@pytest.mark.parametrize("count", [1, 5, 20, 30])
def test_stop_ends_the_scan(tmp_path: Path, count: int) -> None:
    folder = pictures.write_collection(tmp_path, 3, 5)

    with pytest.raises(Cancelled):
        scan(folder, stopping_at(count))


def test_stop_does_not_wait_for_a_photo_that_is_slow_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures.write_collection(tmp_path, 2, 5)
    let_go, started = threading.Event(), threading.Event()
    finished: list[Path] = []
    asked = 0

    def read_slowly(path: Path) -> None:
        started.set()
        let_go.wait(10)
        finished.append(path)

    def checkpoint() -> None:
        nonlocal asked
        asked += started.is_set()
        if asked == 3:
            raise Cancelled

    monkeypatch.setattr(scanning, "check_photo", read_slowly)
    try:
        with pytest.raises(Cancelled):
            scan(folder, JobContext(checkpoint=checkpoint))
        assert finished == []
    finally:
        let_go.set()


def test_only_a_few_photos_are_read_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures.write_collection(tmp_path, 2, 30, size=8)
    monkeypatch.setattr(scanning, "_QUEUED", 4)
    ahead: list[int] = []
    read, reported = 0, 0
    lock = threading.Lock()

    def count_read(_: Path) -> None:
        nonlocal read
        with lock:
            read += 1
            ahead.append(read - reported)

    def report(event: Event) -> None:
        nonlocal reported
        assert isinstance(event, Progress)
        reported = event.done

    monkeypatch.setattr(scanning, "check_photo", count_read)
    scan(folder, JobContext(report=report))

    assert read == 60
    assert max(ahead) <= 5
