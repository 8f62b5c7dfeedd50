import errno
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests import pictures
from tlgui.errors import Cancelled, CollectionError, StorageError
from tlgui.photos.samples import SAMPLE_CLASSES, draw_picture, draw_sample_photos
from tlgui.photos.scanning.scan import scan
from tlgui.photos.split import training_advice
from tlgui.progress import Event, JobContext, Progress


def test_drawn_collection_can_be_trained_on_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "sample photos"

    draw_sample_photos(folder, photos_per_class=4, size=64)

    collection = scan(folder, JobContext())
    assert collection.class_names == SAMPLE_CLASSES
    assert [len(item.photos) for item in collection.classes] == [4, 4, 4]
    assert collection.problems == ()
    assert training_advice(collection) == ()
    with Image.open(collection.classes[0].photos[0].path) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (64, 64), "RGB")


def test_empty_folder_that_is_there_is_used(tmp_path: Path) -> None:
    draw_sample_photos(tmp_path, photos_per_class=1, size=32)

    assert sorted(path.name for path in tmp_path.iterdir()) == list(SAMPLE_CLASSES)


@pytest.mark.parametrize("kind", range(len(SAMPLE_CLASSES)))
def test_picture_depends_on_its_seed_alone(kind: int) -> None:
    first, again, other = (np.asarray(draw_picture(kind, seed, 64)) for seed in (3, 3, 4))

    np.testing.assert_array_equal(first, again)
    assert np.abs(first.astype(int) - other).mean() > 5


def test_pictures_are_all_different(tmp_path: Path) -> None:
    draw_sample_photos(tmp_path, photos_per_class=10, size=32)

    assert len({path.read_bytes() for path in tmp_path.rglob("*.jpg")}) == 30


def test_classes_cannot_be_told_apart_by_their_mean_colour() -> None:
    means = np.array(
        [
            [np.asarray(draw_picture(kind, seed, 32)).mean(axis=(0, 1)) for seed in range(60)]
            for kind in range(len(SAMPLE_CLASSES))
        ]
    )
    centres, labels = means[:, :30].mean(axis=1), np.arange(3)[:, None]
    distances = np.linalg.norm(means[:, 30:, None] - centres, axis=-1)

    assert (distances.argmin(axis=-1) == labels).mean() < 0.75


def test_folder_that_is_not_empty_is_refused_and_left_alone(tmp_path: Path) -> None:
    pictures.write_text(tmp_path / "mine.txt")

    with pytest.raises(CollectionError, match="is not empty") as caught:
        draw_sample_photos(tmp_path)

    assert caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match=r"“a\.txt” is a file"):
        draw_sample_photos(pictures.write_text(tmp_path / "a.txt"))


def test_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        draw_sample_photos(pictures.write_text(tmp_path / "a.txt") / "photos")


def test_progress_runs_from_nothing_to_all(tmp_path: Path) -> None:
    events: list[Event] = []

    draw_sample_photos(tmp_path, photos_per_class=2, size=32, context=JobContext(report=events.append))

    assert [(event.done, event.total) for event in events if isinstance(event, Progress)] == [
        (done, 6) for done in range(7)
    ]


@pytest.mark.parametrize("existed", [True, False])
def test_stop_leaves_nothing_behind(tmp_path: Path, *, existed: bool) -> None:
    folder = tmp_path / "photos"
    if existed:
        folder.mkdir()
    drawn = 0

    def checkpoint() -> None:
        nonlocal drawn
        drawn += 1
        if drawn == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        draw_sample_photos(folder, photos_per_class=3, size=32, context=JobContext(checkpoint=checkpoint))

    assert folder.exists() == existed
    assert not existed or not list(folder.iterdir())


def test_full_disk_is_explained_and_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "photos"

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", fail)

    with pytest.raises(StorageError, match="the disk is full"):
        draw_sample_photos(folder, photos_per_class=3, size=32)

    assert not folder.exists()
