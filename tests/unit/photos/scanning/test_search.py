from pathlib import Path

import pytest

from tests import pictures
from tests.contexts import stopping_at
from tlgui.errors import Cancelled
from tlgui.photos.scanning.search import find_photos
from tlgui.progress import Event, JobContext, Progress, Stage

QUIET = JobContext()


def test_found_photos_are_the_files_named_and_the_images_in_folders(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path / "b", 2, 2)
    deep = pictures.write_png(folder / "class 01" / "deep.PNG")
    pictures.write_text(folder / "notes.txt")
    pictures.write_jpeg(folder / ".hidden.jpg")
    pictures.write_collection(folder, [".thumbnails"], 2)
    text = pictures.write_text(tmp_path / "a.txt")
    gone = tmp_path / "gone.jpg"

    found = find_photos([text, folder, gone], QUIET)

    images = sorted([*(folder / "class 01").iterdir(), *(folder / "class 02").iterdir()])
    assert deep in images
    assert found == [text, *images, gone]


def test_content_tells_photos_in_folders_where_the_name_does_not(tmp_path: Path) -> None:
    found = [pictures.write_jpeg(tmp_path / name) for name in ("a", "b.txt", "c.png")]
    pictures.write_text(tmp_path / "d.txt")

    assert find_photos([tmp_path], QUIET) == found


def test_photo_named_twice_is_found_once(tmp_path: Path) -> None:
    path = pictures.write_jpeg(tmp_path / "a.jpg")

    assert find_photos([path, tmp_path, path], QUIET) == [path]


def test_search_ends_in_spite_of_links_in_circles(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, 1, 2)
    (folder / "class 01" / "again").symlink_to(folder)
    (folder / "self").symlink_to("self")
    (folder / "other").symlink_to("class 01")

    found = find_photos([folder], QUIET)

    assert len(found) == 2


def test_folder_that_may_not_be_opened_is_found_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures.write_collection(tmp_path, 2, 1)
    closed = pictures.forbid(folder / "class 02", monkeypatch)

    assert find_photos([folder], QUIET) == [folder / "class 01" / "photo 000.jpg", closed]


def test_search_reports_what_it_found_and_can_be_stopped(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, 3, 2)
    events: list[Event] = []

    find_photos([folder], JobContext(report=events.append))

    assert events[-1] == Progress(Stage.SCANNING, 6)
    for paths in ([folder], list((folder / "class 01").iterdir())):
        with pytest.raises(Cancelled):
            find_photos(paths, stopping_at(2))
