"""A model belongs to its folder: opening another one puts a run of that folder to use, or none."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tests.ui.results.runs import SHORT, Trainer
from tlgui import files
from tlgui.learning.results import ModelSummary
from tlgui.ui.session.session import Session


@pytest.fixture
def trees(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "Trees", ["ash", "oak"], photos=10)


def open_folder(qtbot: QtBot, session: Session, folder: Path) -> None:
    with qtbot.waitSignal(session.job_ended, timeout=10_000):
        session.scan_folder(folder)


def open_model(qtbot: QtBot, session: Session, path: Path) -> None:
    with qtbot.waitSignal(session.job_ended, timeout=10_000):
        session.open_model(path)


def test_another_folder_sets_the_model_aside(qtbot: QtBot, opened: Session, train: Trainer, trees: Path) -> None:
    train(SHORT)
    model = opened.model
    with qtbot.waitSignal(opened.in_use.set_aside) as told:
        open_folder(qtbot, opened, trees)
    assert told.args == [model]
    assert opened.model is None


def test_folder_uses_its_own_last_used_run_again(
    qtbot: QtBot, opened: Session, train: Trainer, trees: Path, birds: Path
) -> None:
    train(SHORT)
    bird_model = opened.model
    open_folder(qtbot, opened, trees)
    train(SHORT)
    tree_model = opened.model
    assert tree_model not in (None, bird_model)
    open_folder(qtbot, opened, birds)
    assert opened.model == bird_model
    open_folder(qtbot, opened, trees)
    assert opened.model == tree_model


def test_folder_whose_runs_were_never_used_uses_the_most_accurate(
    qtbot: QtBot, train: Trainer, fake_engine: FakeEngine, birds: Path
) -> None:
    fake_engine.train_next(0.4, 0.9, 0.6)
    ids = [train(SHORT) for _ in range(3)]
    (files.workspace_path(birds) / "active").unlink()
    again = Session(fake_engine)
    open_folder(qtbot, again, birds)
    assert again.active_run is not None
    assert again.active_run.id == ids[1]
    again.close(5000)


def test_model_from_a_file_is_foreign_until_its_folder_is_opened(
    qtbot: QtBot, opened: Session, train: Trainer, trees: Path, birds: Path
) -> None:
    train(SHORT)
    assert opened.model is not None
    path = opened.model.path
    assert not opened.is_model_foreign
    open_folder(qtbot, opened, trees)
    open_model(qtbot, opened, path)
    assert opened.is_model_foreign
    open_folder(qtbot, opened, trees)
    assert opened.model is not None
    open_folder(qtbot, opened, birds)
    assert not opened.is_model_foreign
    assert opened.active_run is not None


def test_model_that_was_kept_on_purpose_is_used_until_the_next_folder(
    qtbot: QtBot, opened: Session, train: Trainer, trees: Path, tmp_path: Path
) -> None:
    train(SHORT)
    model = opened.model
    assert isinstance(model, ModelSummary)
    open_folder(qtbot, opened, trees)
    opened.in_use.use(model)
    assert opened.model == model
    assert opened.is_model_foreign
    open_folder(qtbot, opened, write_collection(tmp_path / "Cars", ["bus", "van"], photos=4))
    assert opened.model is None


def test_model_opened_without_a_folder_is_not_foreign(
    qtbot: QtBot, trained: Session, fake_engine: FakeEngine, trees: Path
) -> None:
    assert trained.model is not None
    other = Session(fake_engine)
    open_model(qtbot, other, trained.model.path)
    assert not other.is_model_foreign
    open_folder(qtbot, other, trees)
    assert other.model is None
    other.close(5000)
