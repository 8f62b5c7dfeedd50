"""What is found out of folders and models used before."""

from pathlib import Path

import pytest

from tests.pictures import write_collection, write_jpeg
from tlgui.ui.session.recent_items import describe, first_photo
from tlgui.ui.session.session import Session


def test_folder_that_was_trained_on_has_a_photo_an_accuracy_and_a_date(trained: Session, birds: Path) -> None:
    item = describe(birds)
    assert item.is_there
    assert item.photo == birds / "owl" / "photo 000.jpg"
    assert trained.model is not None
    assert trained.model.evaluation is not None
    assert item.accuracy == trained.model.evaluation.accuracy
    assert item.changed == trained.run_list.runs[0].created_at


def test_folder_without_a_training_has_its_photo(birds: Path) -> None:
    item = describe(birds)
    assert (item.accuracy, item.changed) == (None, None)
    assert item.photo is not None


def test_photo_is_found_in_any_depth_and_not_among_hidden_files(tmp_path: Path) -> None:
    (tmp_path / ".thumbs").mkdir()
    write_jpeg(tmp_path / ".thumbs" / "a.jpg")
    deep = tmp_path / "b" / "c" / "d"
    deep.mkdir(parents=True)
    (tmp_path / "b" / "notes.txt").write_text("none", encoding="utf-8")
    assert first_photo(tmp_path) is None
    assert first_photo(write_jpeg(deep / "e.JPG").parent.parent) == deep / "e.JPG"
    write_collection(tmp_path / "a", ["wren"], photos=2)
    assert first_photo(tmp_path) == tmp_path / "a" / "wren" / "photo 000.jpg"


def test_what_is_gone_is_told_as_gone(tmp_path: Path) -> None:
    assert not describe(tmp_path / "gone").is_there
    assert not describe(tmp_path / "gone.tlmodel").is_there


def test_model_that_cannot_be_read_is_there_without_figures(tmp_path: Path) -> None:
    broken = tmp_path / "broken.tlmodel"
    broken.write_bytes(b"no zip")
    item = describe(broken)
    assert item.is_there
    assert item.accuracy is None


def test_model_has_its_accuracy(trained: Session, tmp_path: Path) -> None:
    assert trained.model is not None
    assert trained.model.evaluation is not None
    copy = tmp_path / "birds.tlmodel"
    copy.write_bytes(trained.model.path.read_bytes())
    item = describe(copy)
    assert item.accuracy == pytest.approx(trained.model.evaluation.accuracy)
    assert item.changed is not None
