"""What a closer look finds on real files, and that it is taken once."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from tests.contexts import stopping_at
from tests.unit.photos import scenes
from tlgui.errors import Cancelled, PhotoError
from tlgui.photos.facts import FileState, PhotoFacts
from tlgui.photos.pictures.photo_reader import PhotoReader
from tlgui.photos.scanning.closer_look import Seen, look_at, look_closer
from tlgui.photos.scanning.duplicates import Groups, near_copies
from tlgui.photos.scanning.scan import survey
from tlgui.progress import Event, JobContext, Progress, Stage

QUIET = JobContext()
ORIENTATION = 0x0112


def seen_of(path: Path) -> Seen:
    with PhotoReader() as reader:
        return look_at(reader.open(path))


def near(*paths: Path) -> Groups:
    seen = {path: seen_of(path) for path in paths}
    facts = {path: PhotoFacts(FileState(1, 1), 1, 1, "JPEG", look=look) for path, (look, _) in seen.items()}
    return near_copies(facts, np.array([[*miniature] for _, miniature in seen.values()], np.uint8)).groups


def are_near(*paths: Path) -> bool:
    return near(*paths) == (paths,)


def looked_at(folder: Path) -> int:
    """Return how many photos a look at a folder had to decode."""
    events: list[Event] = []
    look_closer(survey(folder, QUIET), JobContext(events.append))
    return max((event.total or 0 for event in events if isinstance(event, Progress)), default=0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for place, name in enumerate(("cat", "dog")):
        scenes.write_class(tmp_path / "photos" / name, 100 * place, 30)
    return tmp_path / "photos"


def test_smaller_and_compressed_copies_are_near_copies(tmp_path: Path) -> None:
    original = scenes.write(tmp_path / "a.jpg", 1, 640, 480)

    assert are_near(original, scenes.write(tmp_path / "b.jpg", 1, 200, 150, quality=40))


def test_brighter_copy_in_another_format_is_a_near_copy(tmp_path: Path) -> None:
    original = scenes.write(tmp_path / "a.jpg", 1)
    ImageEnhance.Brightness(scenes.scene(1)).enhance(1.15).save(tmp_path / "b.png")

    assert are_near(original, tmp_path / "b.png")


def test_slightly_cut_copy_is_a_near_copy(tmp_path: Path) -> None:
    original = scenes.write(tmp_path / "a.jpg", 1)
    scenes.scene(1).crop((4, 3, 316, 237)).save(tmp_path / "b.jpg", quality=90)

    assert are_near(original, tmp_path / "b.jpg")


def test_copy_that_lies_on_its_side_but_says_so_is_a_near_copy(tmp_path: Path) -> None:
    original = scenes.write(tmp_path / "a.jpg", 1)
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    scenes.scene(1).transpose(Image.Transpose.ROTATE_90).save(tmp_path / "b.jpg", exif=exif, quality=92)

    assert are_near(original, tmp_path / "b.jpg")


def test_other_scenes_are_no_near_copies(tmp_path: Path) -> None:
    paths = scenes.write_class(tmp_path, 0, 60)

    assert near(*paths) == ()


def test_blurred_photo_is_far_less_sharp_even_beside_a_bird_before_a_soft_background(tmp_path: Path) -> None:
    sharp = seen_of(scenes.write(tmp_path / "a.jpg", 1)).look
    blurred = seen_of(scenes.write_blurred(tmp_path / "b.jpg", 1)).look
    with Image.open(tmp_path / "b.jpg") as background:
        bird = background.convert("RGB")
    bird.paste(scenes.scene(1).crop((100, 80, 200, 160)), (100, 80))
    bird.save(tmp_path / "c.jpg", quality=92)

    assert blurred.sharpness < sharp.sharpness / 20
    assert seen_of(tmp_path / "c.jpg").look.sharpness > sharp.sharpness / 4


def test_dark_photo_has_little_brightness(tmp_path: Path) -> None:
    dark, light = (
        seen_of(scenes.write_dark(tmp_path / "a.jpg", 1)).look,
        seen_of(scenes.write(tmp_path / "b.jpg", 1)).look,
    )

    assert dark.brightness < dark.highlights < 0.2
    assert dark.brightness < 0.1
    assert 0.3 < light.brightness < 0.7
    assert light.highlights > 0.6


def test_digest_is_of_the_bytes(tmp_path: Path) -> None:
    first = seen_of(scenes.write(tmp_path / "a.jpg", 1))
    (tmp_path / "b.jpg").write_bytes((tmp_path / "a.jpg").read_bytes())
    (tmp_path / "c.jpg").write_bytes((tmp_path / "a.jpg").read_bytes() + b"\0")

    assert seen_of(tmp_path / "b.jpg") == first
    assert seen_of(tmp_path / "c.jpg").look.digest != first.look.digest


@pytest.mark.parametrize("side", [2, 3, 5])
def test_tiny_picture_can_be_looked_at(side: int, tmp_path: Path) -> None:
    Image.new("L", (side, side), 200).save(tmp_path / "a.png")

    assert seen_of(tmp_path / "a.png").look.sharpness == 0


def test_what_cannot_be_read_is_a_photo_error(tmp_path: Path) -> None:
    with pytest.raises(PhotoError):
        seen_of(tmp_path / "missing.jpg")


def test_each_photo_is_looked_at_once_and_again_when_it_changed(folder: Path) -> None:
    assert looked_at(folder) == 60
    assert looked_at(folder) == 0
    scenes.write(folder / "cat" / "003.jpg", 77, 330)

    assert looked_at(folder) == 1


def test_groups_are_those_a_later_scan_finds_without_looking(folder: Path) -> None:
    scenes.write(folder / "dog" / "near.jpg", 5, quality=60)

    looked = look_closer(survey(folder, QUIET), QUIET)

    assert looked.collection.groups == ((folder / "cat" / "005.jpg", folder / "dog" / "near.jpg"),)
    assert survey(folder, QUIET) == looked


def test_stopped_look_goes_on_where_it_ended(folder: Path) -> None:
    found = survey(folder, QUIET)
    done: list[int] = []

    def stop_in_the_middle() -> None:
        if done and done[-1] >= 30:
            raise Cancelled

    def note(event: Event) -> None:
        if isinstance(event, Progress) and event.stage is Stage.LOOKING:
            done.append(event.done)

    with pytest.raises(Cancelled):
        look_closer(found, JobContext(note, stop_in_the_middle))

    assert 0 < looked_at(folder) <= 30


def test_stop_is_heard_before_the_first_photo(folder: Path) -> None:
    found = survey(folder, QUIET)

    with pytest.raises(Cancelled):
        look_closer(found, stopping_at(1))
