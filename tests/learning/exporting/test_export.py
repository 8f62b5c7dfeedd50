"""Exports are compared before they are kept, can be stopped at any time, and replace nothing but exports."""

import errno
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typing_extensions import override

from tests.exports import write_export
from tests.learning.models import CLASS_NAMES, KERAS_SAVE_WARNING, write_small_model
from tests.pictures import write_collection, write_text
from tlgui.errors import Cancelled, ExportError, StorageError, TargetError
from tlgui.exporting import placing
from tlgui.exporting.export import export
from tlgui.exporting.export_formats import format_by_id, labels_path
from tlgui.exporting.exporter import Exporter, FloatArray
from tlgui.exporting.exporters import EXPORTERS
from tlgui.learning.model_file.tlmodel import LoadedModel, load_model
from tlgui.progress import Event, JobContext, Progress, Stage

# The first bytes of a `.keras` file.
OLD = b"PK\x03\x04 old"

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return load_model(write_small_model(tmp_path_factory.mktemp("model") / "birds.tlmodel"))


def target_of(folder: Path, format_id: str) -> Path:
    return folder / f"birds-{format_id}{format_by_id(format_id).suffix}"


# --- the steps, with a fast format whose answers the test sets


class QuickExporter(Exporter):
    """A format that is a text file and returns the probabilities of the model, or others."""

    def __init__(self, answer: Callable[[FloatArray], FloatArray], content: bytes = b"new") -> None:
        super().__init__(format_by_id("keras"), tolerance=1e-4)
        self.answer, self.content = answer, content
        self.write_hook: Callable[[], None] = lambda: None
        self.seen: list[tuple[int, ...]] = []

    @override
    def write(self, model: LoadedModel, folder: Path) -> Path:
        assert model.summary.class_names == CLASS_NAMES
        self.write_hook()
        path = folder / "model.keras"
        path.write_bytes(self.content)
        return path

    @override
    def reopen(self, path: Path) -> Callable[[FloatArray], FloatArray]:
        assert path.read_bytes() == self.content

        def run(pictures: FloatArray) -> FloatArray:
            self.seen.append(pictures.shape)
            return self.answer(pictures)

        return run


@pytest.fixture
def quick(model: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> QuickExporter:
    exporter = QuickExporter(model.predict)
    monkeypatch.setitem(EXPORTERS, "keras", exporter)
    return exporter


def test_stages_are_reported_in_order(model: LoadedModel, quick: QuickExporter, tmp_path: Path) -> None:
    events: list[Event] = []
    export(model, "keras", tmp_path / "m.keras", [], JobContext(events.append))
    stages = [event.stage for event in events if isinstance(event, Progress)]
    assert list(dict.fromkeys(stages)) == [Stage.CONVERTING, Stage.COMPARING, Stage.SAVING]
    assert Progress(Stage.COMPARING, 16, 16) in events
    assert quick.seen


def test_single_pictures_and_several_are_compared(model: LoadedModel, quick: QuickExporter, tmp_path: Path) -> None:
    export(model, "keras", tmp_path / "m.keras", [], JobContext())
    counts = [shape[0] for shape in quick.seen]
    assert sum(counts) == 16
    assert 1 in counts
    assert max(counts) > 1


def test_drawn_pictures_stand_in_for_photos(model: LoadedModel, quick: QuickExporter, tmp_path: Path) -> None:
    photos = sorted(write_collection(tmp_path / "c", 1, 5).rglob("*.jpg"))
    photos.append(write_text(tmp_path / "bad.jpg"))
    result = export(model, "keras", tmp_path / "m.keras", photos, JobContext())
    assert (result.compared_count, result.used_drawn_pictures) == (16, True)
    assert quick.seen


def test_many_photos_are_sampled(model: LoadedModel, quick: QuickExporter, tmp_path: Path) -> None:
    photos = sorted(write_collection(tmp_path / "c", 2, 40).rglob("*.jpg"))
    result = export(model, "keras", tmp_path / "m.keras", photos, JobContext())
    assert (result.compared_count, result.used_drawn_pictures) == (32, False)
    assert quick.seen


@pytest.mark.parametrize(
    "answer",
    [
        lambda right: right + 0.01,
        lambda right: right * np.nan,
        lambda right: right[:, :2],
        lambda right: right[:1],
        lambda right: right[:, ::-1],
    ],
    ids=["off", "not a number", "too few classes", "too few pictures", "wrong order"],
)
def test_export_that_disagrees_is_not_kept(
    answer: Callable[[FloatArray], FloatArray], model: LoadedModel, quick: QuickExporter, tmp_path: Path
) -> None:
    target = tmp_path / "m.keras"
    target.write_bytes(OLD)
    quick.answer = lambda pictures: answer(model.predict(pictures))
    with pytest.raises(ExportError, match="does not agree"):
        export(model, "keras", target, [], JobContext())
    assert target.read_bytes() == OLD
    assert list(tmp_path.iterdir()) == [target]


def test_older_export_is_replaced(model: LoadedModel, quick: QuickExporter, tmp_path: Path) -> None:
    target = tmp_path / "m.keras"
    write_export(target, ".keras", "old")
    labels_path(target).write_text("old\n")
    export(model, "keras", target, [], JobContext())
    assert target.read_bytes() == quick.content
    assert labels_path(target).read_text().splitlines() == list(CLASS_NAMES)
    assert sorted(tmp_path.iterdir()) == sorted([target, labels_path(target)])


def test_failed_conversion_is_an_export_error(model: LoadedModel, quick: QuickExporter, tmp_path: Path) -> None:
    def fail() -> None:
        raise ValueError("\nNo lowering for op Frobnicate\nlong trace")

    quick.write_hook = fail
    with pytest.raises(ExportError, match=r"cannot hold this model: No lowering for op Frobnicate$"):
        export(model, "keras", tmp_path / "m.keras", [], JobContext())
    assert list(tmp_path.iterdir()) == []


def test_stop_is_heard_in_mid_conversion(model: LoadedModel, quick: QuickExporter, tmp_path: Path) -> None:
    began, let_go = threading.Event(), threading.Event()

    def hang() -> None:
        began.set()
        let_go.wait(20)

    def stop() -> None:
        if began.is_set():
            raise Cancelled

    quick.write_hook = hang
    with pytest.raises(Cancelled):
        export(model, "keras", tmp_path / "m.keras", [], JobContext(checkpoint=stop))
    assert not let_go.is_set()
    assert list(tmp_path.iterdir()) == []
    let_go.set()


@pytest.mark.parametrize("stage", [Stage.COMPARING, Stage.SAVING])
def test_stop_is_heard_after_the_conversion(
    stage: Stage, model: LoadedModel, quick: QuickExporter, tmp_path: Path
) -> None:
    events: list[Event] = []

    def stop() -> None:
        if events and isinstance(events[-1], Progress) and events[-1].stage is stage:
            raise Cancelled

    with pytest.raises(Cancelled):
        export(model, "keras", tmp_path / "m.keras", [], JobContext(events.append, stop))
    assert list(tmp_path.iterdir()) == []
    assert quick.seen or stage is Stage.COMPARING


# --- permitted targets


@pytest.mark.parametrize("format_id", ["keras", "tflite", "onnx"])
def test_wrong_ending_is_refused(format_id: str, model: LoadedModel, tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"and not as “birds\.h5”") as caught:
        export(model, format_id, tmp_path / "birds.h5", [], JobContext())
    assert format_by_id(format_id).suffix in caught.value.hint


def test_folder_in_the_place_of_a_file_is_refused(model: LoadedModel, tmp_path: Path) -> None:
    (tmp_path / "m.onnx").mkdir()
    with pytest.raises(TargetError, match="is a folder"):
        export(model, "onnx", tmp_path / "m.onnx", [], JobContext())


def test_folder_that_is_gone_is_said_before_the_long_work(
    model: LoadedModel, quick: QuickExporter, tmp_path: Path
) -> None:
    quick.write_hook = lambda: pytest.fail("it began")
    with pytest.raises(StorageError, match="the folder is not there"):
        export(model, "keras", tmp_path / "gone" / "m.keras", [], JobContext())


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_disk_that_refuses_keeps_the_old_file(
    number: int, model: LoadedModel, quick: QuickExporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    target = tmp_path / "m.keras"
    target.write_bytes(OLD)
    monkeypatch.setattr(shutil, "copyfile", refuse)
    with pytest.raises(StorageError, match=r"m\.keras"):
        export(model, "keras", target, [], JobContext())
    assert target.read_bytes() == OLD
    assert list(tmp_path.iterdir()) == [target]
    assert quick.seen


@pytest.mark.parametrize("format_id", ["keras", "savedmodel"])
def test_full_disk_keeps_the_old_export(format_id: str, model: LoadedModel, full_disk: Path) -> None:
    target = target_of(full_disk, format_id)
    old = target if format_id == "keras" else target / "saved_model.pb"
    old.parent.mkdir(exist_ok=True)
    old.write_bytes(OLD)
    before = contents(full_disk)
    with pytest.raises(StorageError, match="the disk is full"):
        export(model, format_id, target, [], JobContext())
    assert contents(full_disk) == before


def test_read_only_disk_is_said_before_the_long_work(
    model: LoadedModel, quick: QuickExporter, read_only_disk: Path
) -> None:
    quick.write_hook = lambda: pytest.fail("it began")
    with pytest.raises(StorageError, match="the disk is read-only"):
        export(model, "keras", read_only_disk / "m.keras", [], JobContext())


# --- folders


@pytest.fixture
def new_folder(tmp_path: Path) -> Path:
    """Return a folder like that of a finished SavedModel export."""
    folder = tmp_path / "ours"
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"new graph")
    (folder / "variables" / "variables.index").write_bytes(b"new variables")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_older_saved_model_is_replaced_whole(new_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "place" / "birds"
    (target / "assets").mkdir(parents=True)
    (target / "saved_model.pb").write_bytes(b"old graph")
    (target / "assets" / "words.txt").write_bytes(b"old")
    placing.place(new_folder, target, b"a\nb\n")
    assert contents(target) == contents(new_folder)
    assert [path.name for path in target.parent.iterdir()] == ["birds"]


@pytest.mark.parametrize("make", [False, True], ids=["nothing there", "an empty folder there"])
def test_saved_model_goes_to_a_free_place(new_folder: Path, tmp_path: Path, make: bool) -> None:  # noqa: FBT001 - a parameter of the test
    target = tmp_path / "place" / "birds"
    (target if make else target.parent).mkdir(parents=True)
    placing.place(new_folder, target, b"a\n")
    assert contents(target) == contents(new_folder)


@pytest.mark.parametrize("others", [["photo.jpg"], ["saved_model.pb", "photo.jpg"], ["variables/v.index"]])
def test_folder_that_is_not_a_saved_model_is_never_replaced(
    others: list[str], model: LoadedModel, tmp_path: Path
) -> None:
    target = tmp_path / "holiday"
    for name in others:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(b"precious")
    before = contents(target)
    with pytest.raises(ExportError, match="holds other things"):
        export(model, "savedmodel", target, [], JobContext())
    with pytest.raises(ExportError, match="holds other things"):
        placing.place(target, target, b"")
    assert contents(target) == before
    assert list(tmp_path.iterdir()) == [target]


def test_file_in_the_place_of_a_folder_is_refused(model: LoadedModel, tmp_path: Path) -> None:
    target = write_text(tmp_path / "birds")
    with pytest.raises(ExportError, match="not a folder"):
        export(model, "savedmodel", target, [], JobContext())


def test_old_folder_comes_back_when_the_new_one_cannot_take_its_place(
    new_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "place" / "birds"
    target.mkdir(parents=True)
    (target / "saved_model.pb").write_bytes(b"old graph")
    monkeypatch.setattr(placing, "exchange", lambda _first, _second: False)
    rename = Path.rename

    def refuse_the_new(self: Path, where: Path) -> Path:
        if self.name == "new":
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        return rename(self, where)

    monkeypatch.setattr(Path, "rename", refuse_the_new)
    with pytest.raises(StorageError, match="you may not write there"):
        placing.place(new_folder, target, b"a\n")
    assert contents(target) == {"saved_model.pb": b"old graph"}
    assert list(target.parent.iterdir()) == [target]
