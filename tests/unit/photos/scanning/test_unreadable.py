"""Photos with a sound header that cannot be decoded: they leave the collection once that is known, and stay known."""

import os
import shutil
import socket
from pathlib import Path

import pytest

from tests.unit.photos import scenes
from tlgui import files
from tlgui.photos.collection import Collection, ProblemKind
from tlgui.photos.health.findings import FindingKind
from tlgui.photos.health.report import report_on
from tlgui.photos.pictures.header import read_facts, state_of
from tlgui.photos.pictures.opening import UnusablePhotoError
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.scan import Survey, survey
from tlgui.photos.scanning.unreadable import keep_refusals
from tlgui.photos.scanning.watching import changes_on_disk
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext

QUIET = JobContext()
DAMAGED = ProblemKind.UNREADABLE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for place, name in enumerate(("cat", "dog")):
        scenes.write_class(tmp_path / "photos" / name, 100 * place, 6)
    return tmp_path / "photos"


def looked_at(folder: Path) -> Survey:
    return look_closer(survey(folder, QUIET), QUIET)


def photos(collection: Collection) -> dict[str, int]:
    return {item.name: len(item.photos) for item in collection.classes}


def problems(collection: Collection) -> dict[Path, ProblemKind]:
    return {problem.path: problem.kind for problem in collection.problems}


def test_photo_whose_pixels_cannot_be_read_becomes_a_problem_with_the_sentence_of_a_scan(folder: Path) -> None:
    damaged = scenes.write_damaged_png(folder / "cat" / "damaged.png")
    cut = folder / "dog" / "cut.jpg"
    cut.write_bytes((folder / "dog" / "100.jpg").read_bytes()[:2000])
    assert photos(survey(folder, QUIET).collection) == {"cat": 7, "dog": 6}

    looked = looked_at(folder)

    assert photos(looked.collection) == {"cat": 6, "dog": 6}
    assert problems(looked.collection) == {damaged: DAMAGED, cut: DAMAGED}
    assert len({problem.reason for problem in looked.collection.problems}) == 1
    assert damaged not in looked.facts
    assert looked.refused[damaged] == state_of(damaged.stat())
    assert not changes_on_disk(looked, QUIET)


def test_report_lists_it_and_counts_the_others(folder: Path) -> None:
    damaged = scenes.write_damaged_png(folder / "cat" / "damaged.png")

    report = report_on(looked_at(folder))

    assert report.looked_at == report.photo_count == 12
    (finding,) = [finding for finding in report.findings if finding.kind is FindingKind.DAMAGED]
    assert finding.paths == (damaged,)


def test_later_scan_knows_it_without_looking(folder: Path) -> None:
    scenes.write_damaged_png(folder / "cat" / "damaged.png")
    looked = looked_at(folder)

    assert survey(folder, QUIET) == looked


def test_changed_file_is_tried_again(folder: Path) -> None:
    damaged = scenes.write_damaged_png(folder / "cat" / "damaged.png")
    looked_at(folder)
    scenes.scene(50).save(damaged, "PNG")

    assert photos(survey(folder, QUIET).collection) == {"cat": 7, "dog": 6}
    looked = looked_at(folder)

    assert photos(looked.collection) == {"cat": 7, "dog": 6}
    assert looked.facts[damaged].look is not None


def test_class_that_loses_its_last_photo_is_none(folder: Path) -> None:
    damaged = scenes.write_damaged_png(folder / "owl" / "damaged.png")

    looked = looked_at(folder)

    assert looked.collection.class_names == ("cat", "dog")
    assert problems(looked.collection) == {folder / "owl": ProblemKind.EMPTY_CLASS, damaged: DAMAGED}
    assert survey(folder, QUIET) == looked


def test_photo_that_was_left_out_is_listed_once(folder: Path) -> None:
    damaged = scenes.write_damaged_png(folder / "cat" / "damaged.png")
    Choices(files.workspace_path(folder), folder).leave_out([damaged])

    looked = looked_at(folder)

    assert looked.collection.left_out == ()
    assert problems(looked.collection) == {damaged: DAMAGED}
    assert survey(folder, QUIET) == looked


def test_photo_that_went_away_or_changed_meanwhile_is_a_problem_for_now_alone(folder: Path) -> None:
    found = survey(folder, QUIET)
    gone, changed = folder / "cat" / "001.jpg", folder / "cat" / "002.jpg"
    whole = changed.read_bytes()
    gone.rename(folder / "elsewhere.jpg")
    changed.write_bytes(whole[:2000])

    looked = look_closer(found, QUIET)

    assert problems(looked.collection) == {gone: ProblemKind.GONE, changed: DAMAGED}
    assert photos(looked.collection) == {"cat": 4, "dog": 6}
    assert changes_on_disk(looked, QUIET).changed == (changed,)
    (folder / "elsewhere.jpg").rename(gone)
    changed.write_bytes(whole)
    assert photos(looked_at(folder).collection) == {"cat": 6, "dog": 6}


def test_what_a_training_could_not_read_is_known_to_the_next_scan_if_it_is_damaged(folder: Path) -> None:
    damaged, gone, sound = (
        scenes.write_damaged_png(folder / "cat" / "damaged.png"),
        folder / "cat" / "gone.jpg",
        "000.jpg",
    )
    shutil.copy(folder / "cat" / sound, gone)
    assert photos(survey(folder, QUIET).collection) == {"cat": 8, "dog": 6}
    gone.unlink()

    keep_refusals(folder, [damaged, gone, folder / "cat" / sound])

    found = survey(folder, QUIET)
    assert problems(found.collection) == {damaged: DAMAGED}
    assert photos(found.collection) == {"cat": 6, "dog": 6}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_sockets_and_devices_hold_nothing_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = [folder / "cat" / name for name in ("device.jpg", "pipe.jpg", "socket.jpg")]
    odd[0].symlink_to("/dev/zero")
    os.mkfifo(odd[1])
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as listening:
        # A socket's name must be short.
        listening.bind(str(odd[2].relative_to(folder)))

        looked = looked_at(folder)

    assert photos(looked.collection) == {"cat": 6, "dog": 6}
    assert problems(looked.collection) == dict.fromkeys(odd, ProblemKind.NOT_AN_IMAGE)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_that_takes_the_place_of_a_photo_holds_nothing_up(folder: Path) -> None:
    found = survey(folder, QUIET)
    pipe = folder / "cat" / "001.jpg"
    state = state_of(pipe.stat())
    pipe.unlink()
    os.mkfifo(pipe)

    assert problems(look_closer(found, QUIET).collection) == {pipe: ProblemKind.NOT_AN_IMAGE}
    with pytest.raises(UnusablePhotoError):
        read_facts(pipe, state)
