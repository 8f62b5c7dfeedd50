import os
import random
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests import pictures
from tests.contexts import stopping_at
from tlgui import cancellation
from tlgui.errors import Cancelled, CollectionError
from tlgui.photos.collection import Collection, ProblemKind
from tlgui.photos.facts import FileState, PhotoFacts
from tlgui.photos.pictures.header import read_all_facts
from tlgui.photos.pictures.opening import UnusablePhotoError
from tlgui.photos.scanning import fact_reading, listing
from tlgui.photos.scanning import scan as scanning
from tlgui.photos.scanning.listed_photos import Listed, ListingReader, Remembered
from tlgui.photos.scanning.listing import Folder, count_photos
from tlgui.photos.scanning.scan import CollectionListed, scan
from tlgui.photos.storage.facts_store import Known
from tlgui.progress import Event, JobContext, Progress, Stage

QUIET = JobContext()


def counts(collection: Collection) -> dict[str, int]:
    return {photo_class.name: len(photo_class.photos) for photo_class in collection.classes}


def problem_kinds(collection: Collection) -> dict[str, ProblemKind]:
    return {problem.path.relative_to(collection.folder).as_posix(): problem.kind for problem in collection.problems}


@pytest.fixture
def removed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Return a function that has a path removed during the next scan, after the listing and before the fact_reading."""

    def remove(path: Path) -> None:
        def read_all(listed: Sequence[Listed], context: JobContext) -> Iterator[dict[str, Known]]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            yield from fact_reading.read_all(listed, context)

        monkeypatch.setattr(scanning, "read_all", read_all)

    return remove


def test_photo_removed_during_the_scan_is_listed_as_gone(tmp_path: Path, removed: Callable[[Path], None]) -> None:
    folder = pictures.write_collection(tmp_path, 2, 2)
    removed(folder / "class 02" / "photo 001.jpg")

    collection = scan(folder, QUIET)

    assert problem_kinds(collection) == {"class 02/photo 001.jpg": ProblemKind.GONE}
    assert counts(collection) == {"class 01": 2, "class 02": 1}


def test_class_removed_during_the_scan_is_no_class(tmp_path: Path, removed: Callable[[Path], None]) -> None:
    folder = pictures.write_collection(tmp_path, 2, 2)
    removed(folder / "class 02")

    collection = scan(folder, QUIET)

    assert counts(collection) == {"class 01": 2}
    assert set(problem_kinds(collection).values()) == {ProblemKind.GONE, ProblemKind.EMPTY_CLASS}


def test_folder_removed_during_the_scan_is_an_error(tmp_path: Path, removed: Callable[[Path], None]) -> None:
    folder = pictures.write_collection(tmp_path / "pets", 2, 2)
    removed(folder)

    with pytest.raises(CollectionError, match="“pets” was removed"):
        scan(folder, QUIET)


def test_names_are_known_before_a_photo_is_read_and_progress_counts_to_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = pictures.write_collection(tmp_path, 3, 5)
    pictures.write_text(folder / "class 02" / "photo x.jpg")
    monkeypatch.setattr(fact_reading, "_CHUNK", 2)
    events: list[Event] = []

    collection = scan(folder, JobContext(report=events.append))

    assert events[0] == Progress(Stage.SCANNING)
    assert isinstance(events[1], CollectionListed)
    assert counts(events[1].collection) == {"class 01": 5, "class 02": 6, "class 03": 5}
    assert counts(collection) == {"class 01": 5, "class 02": 5, "class 03": 5}
    progress = [event for event in events[2:] if isinstance(event, Progress)]
    assert len(progress) == len(events) - 2
    assert {event.stage for event in progress} == {Stage.SCANNING}
    assert [(event.done, event.total) for event in progress] == [(done, 16) for done in range(0, 17, 2)]
    assert progress[0].seconds_left is None
    assert progress[-1].seconds_left == 0


def test_classes_are_shown_while_a_slow_folder_is_still_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures.write_collection(tmp_path, 2, 3)
    seen = threading.Event()
    shown: list[dict[str, int]] = []
    monkeypatch.setattr(listing, "_FIRST_SNAPSHOT_SECONDS", 0.0)
    monkeypatch.setattr(listing, "_SNAPSHOT_SECONDS", 0.0)
    really_list = listing.entries_of

    def list_slowly(path: Path, context: JobContext) -> Iterator[listing.Entry]:
        entries = sorted(really_list(path, context))
        if path.name == "class 02":
            yield entries[0]
            assert seen.wait(10), "nobody was told of the first photo of the second class"
            entries = entries[1:]
        yield from entries

    def report(event: Event) -> None:
        if isinstance(event, CollectionListed):
            shown.append(counts(event.collection))
            if "class 02" in shown[-1]:
                seen.set()

    monkeypatch.setattr(listing, "entries_of", list_slowly)
    scan(folder, JobContext(report=report))

    assert shown[0] == {"class 01": 1}
    assert {"class 01": 3, "class 02": 1} in shown
    assert shown[-1] == {"class 01": 3, "class 02": 3}


class Stopping:
    """The context of a job whose user presses Stop once something has happened."""

    def __init__(self) -> None:
        self.pressed = threading.Event()
        self.context = JobContext(checkpoint=self._checkpoint)

    def _checkpoint(self) -> None:
        if self.pressed.is_set():
            raise Cancelled


def test_stop_before_the_start_reads_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures.write_collection(tmp_path, 3, 5)
    monkeypatch.setattr(os, "scandir", lambda _: pytest.fail("the folder was listed"))

    with pytest.raises(Cancelled):
        scan(folder, stopping_at(1))


def test_stop_does_not_wait_for_a_photo_that_is_slow_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures.write_collection(tmp_path, 2, 5)
    let_go = threading.Event()
    finished: list[Path] = []
    stopping = Stopping()

    def read_slowly(some: Sequence[tuple[Path, FileState]]) -> list[PhotoFacts]:
        stopping.pressed.set()
        let_go.wait(10)
        finished.extend(path for path, _ in some)
        return [PhotoFacts(state, 64, 48, "JPEG") for _, state in some]

    monkeypatch.setattr(fact_reading, "read_all_facts", read_slowly)
    try:
        with pytest.raises(Cancelled):
            scan(folder, stopping.context)
        assert finished == []
    finally:
        let_go.set()


def test_stop_does_not_wait_for_a_folder_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures.write_collection(tmp_path, 2, 2)
    let_go, really_scan = threading.Event(), os.scandir
    stopping = Stopping()

    def hang(path: Path) -> object:
        if path == folder / "class 02":
            stopping.pressed.set()
            let_go.wait(10)
        return really_scan(path)

    monkeypatch.setattr(os, "scandir", hang)
    monkeypatch.setattr(cancellation, "_PARTING_SECONDS", 0.0)
    try:
        with pytest.raises(Cancelled):
            scan(folder, stopping.context)
        assert not let_go.is_set()
    finally:
        let_go.set()


def test_what_was_read_before_stop_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures.write_collection(tmp_path, 2, 10)
    monkeypatch.setattr(fact_reading, "_CHUNK", 1)
    monkeypatch.setattr(fact_reading, "_THREADS", 1)
    stopping = Stopping()
    read: list[Path] = []

    def read_some(some: Sequence[tuple[Path, FileState]]) -> list[PhotoFacts | UnusablePhotoError]:
        read.extend(path for path, _ in some)
        return read_all_facts(some)

    def report(event: Event) -> None:
        if isinstance(event, Progress) and event.done == 8 and event.total:
            stopping.pressed.set()

    monkeypatch.setattr(fact_reading, "read_all_facts", read_some)
    with pytest.raises(Cancelled):
        scan(folder, JobContext(report, stopping.context.checkpoint))
    before = len(read)
    scan(folder, QUIET)

    assert before >= 8
    # The one or two that were being read when Stop was pressed are read twice.
    assert 20 <= len(read) <= 22


def test_error_in_our_own_code_ends_the_scan_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures.write_collection(tmp_path, 2, 2)
    monkeypatch.setattr(fact_reading, "read_all_facts", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        scan(folder, QUIET)


def test_photos_of_a_class_are_in_order_however_the_listing_grows() -> None:
    root, reader = Folder(Path("/photos").absolute()), ListingReader(Remembered())
    wren = Folder(root.path / "wren")
    root.folders.append(wren)
    names = [f"{number:05d}.jpg" for number in range(9001)]
    shuffled = random.Random(1).sample(names, len(names))

    for start, end in ((0, 3000), (3000, 3001), (3001, 9001)):
        wren.photos += [(name, FileState(1, 1)) for name in shuffled[start:end]]
        count_photos(root)
        read = reader.read(root).photos["wren"]

        assert [item.photo.path.name for item in read] == sorted(shuffled[:end])
