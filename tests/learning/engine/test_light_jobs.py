"""The light engine answers without TensorFlow, says what it cannot answer, and agrees with the other engine."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine_protocol import Listener
from tests.learning.models import (
    CLASS_NAMES,
    KERAS_SAVE_WARNING,
    members_of,
    rewrite,
    write_model_with_vectors,
    write_small_model,
)
from tests.pictures import write_collection
from tlgui.engine import jobs, light_jobs
from tlgui.engine.protocol import (
    EvaluateRequest,
    ExplainRequest,
    LooksRequest,
    NoOnnxNetworkError,
    OpenModelRequest,
    PredictRequest,
)
from tlgui.errors import ModelFileError
from tlgui.learning.model_file.archive import ONNX_NETWORK, carries_onnx_network
from tlgui.learning.model_file.tlmodel import add_onnx_network
from tlgui.photos.scanning.scan import scan
from tlgui.photos.scanning.search import find_photos
from tlgui.progress import JobContext

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

HEAVY = ("tensorflow", "keras", "tf2onnx", "onnx", "h5py", "PySide6", "matplotlib", "pandas")
_PREDICT = """
import sys
from tlgui.cli.main import main
code = main(["predict", *sys.argv[1:]])
print(code, sorted(set({heavy}) & set(sys.modules)))
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = write_small_model(tmp_path / "birds.tlmodel")
    assert add_onnx_network(path)
    return path


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A model file as version 2 was."""
    path = rewrite(write_small_model(tmp_path / "earlier.tlmodel"), {ONNX_NETWORK: None})
    manifest = json.loads(members_of(path)["manifest.json"]) | {"format_version": 2}
    return rewrite(path, {"manifest.json": json.dumps(manifest).encode()})


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "photos", list(CLASS_NAMES), photos=5)


def test_both_engines_say_the_same(model: Path, photos: Path) -> None:
    request = PredictRequest(model, (photos,), top=3)
    light, full = Listener(), Listener()

    light_jobs.perform(request, light.context)
    jobs.perform(request, full.context)

    assert len(light.predictions) == 15
    assert [item.path for item in light.predictions] == [item.path for item in full.predictions]
    for ours, theirs in zip(light.predictions, full.predictions, strict=True):
        assert [score.class_name for score in ours.scores] == [score.class_name for score in theirs.scores]
        assert [score.probability for score in ours.scores] == pytest.approx(
            [score.probability for score in theirs.scores], abs=1e-5
        )
    collection = scan(photos, JobContext())
    evaluations = [module.perform(EvaluateRequest(model, collection), JobContext()) for module in (light_jobs, jobs)]
    assert evaluations[0].confusion == evaluations[1].confusion
    opened = [module.perform(OpenModelRequest(model), JobContext()) for module in (light_jobs, jobs)]
    assert opened[0] == opened[1]


def test_file_without_an_onnx_network_is_left_to_the_other_engine_which_gives_it_one(
    earlier: Path, photos: Path
) -> None:
    request = PredictRequest(earlier, (photos,))
    with pytest.raises(NoOnnxNetworkError):
        light_jobs.perform(request, JobContext())

    jobs.get_ready_after(jobs.perform(request, JobContext()))

    assert carries_onnx_network(earlier)
    assert light_jobs.perform(request, JobContext()).photo_count == 15


def test_file_without_an_onnx_network_is_given_one_to_show_where_it_looks(earlier: Path, photos: Path) -> None:
    request = ExplainRequest(earlier, photos / CLASS_NAMES[0] / "photo 000.jpg")
    with pytest.raises(NoOnnxNetworkError):
        light_jobs.perform(request, JobContext())

    explanation = jobs.perform(request, JobContext())

    assert (explanation.height, explanation.width) == (16, 16)
    assert light_jobs.perform(request, JobContext()) == explanation


def test_network_without_places_says_that_it_cannot_show_where_it_looks(
    model: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(light_jobs, "load_map_model", lambda _path: None)

    with pytest.raises(ModelFileError, match="cannot show where it looked"):
        light_jobs.perform(ExplainRequest(model, photos / CLASS_NAMES[0] / "photo 000.jpg"), JobContext())


def test_file_on_a_full_disk_stays_as_it_is_and_is_answered_all_the_same(
    earlier: Path, photos: Path, full_disk: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("keeps its earlier form")
    (full_disk / "ballast").unlink()
    model = Path(shutil.copy(earlier, full_disk))
    (full_disk / "ballast").write_bytes(bytes(shutil.disk_usage(full_disk).free))
    before = model.read_bytes()

    result = jobs.perform(PredictRequest(model, (photos,)), JobContext())
    jobs.get_ready_after(result)

    assert result.photo_count == 15
    assert model.read_bytes() == before


def test_model_stays_loaded_until_its_file_changes(model: Path, photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = PredictRequest(model, (photos,))
    light_jobs.perform(request, JobContext())
    loads: list[Path] = []
    monkeypatch.setattr(light_jobs, "load_prediction_model", loads.append)

    light_jobs.perform(request, JobContext())
    assert loads == []
    model.write_bytes(b"another file")
    with pytest.raises(NoOnnxNetworkError):
        light_jobs.perform(request, JobContext())
    assert loads == [model]


def test_model_file_that_was_replaced_is_another_model(model: Path, photos: Path, tmp_path: Path) -> None:
    request = PredictRequest(model, (photos,), uses_kept=True)
    before, kept, after = Listener(), Listener(), Listener()
    light_jobs.perform(request, before.context)
    light_jobs.perform(request, kept.context)
    write_model_with_vectors(tmp_path / "other.tlmodel").replace(model)

    only_kept = light_jobs.perform(replace(request, is_kept_only=True), JobContext())
    light_jobs.perform(request, after.context)

    assert kept.predictions == before.predictions
    assert (only_kept.photo_count, only_kept.left_out_count) == (0, 15)
    assert all(item.distance is None and not item.look for item in kept.predictions)
    assert all(item.distance is not None and item.look for item in after.predictions)


def test_copy_of_a_model_file_is_the_same_model(model: Path, photos: Path, tmp_path: Path) -> None:
    light_jobs.perform(PredictRequest(model, (photos,)), JobContext())
    copy = Path(shutil.copy(model, tmp_path / "copy.tlmodel"))
    assert light_jobs.perform(PredictRequest(copy, (photos,), is_kept_only=True), JobContext()).photo_count == 15


def test_looks_are_those_of_predictions_kept_or_not(photos: Path, tmp_path: Path) -> None:
    model = write_model_with_vectors(tmp_path / "vectors.tlmodel")
    paths = tuple(find_photos((photos,), JobContext()))
    bad = tmp_path / "notes.jpg"
    bad.write_text("not a photo")
    listener, progress = Listener(), Listener()
    light_jobs.perform(PredictRequest(model, paths[:9]), listener.context)

    looks = light_jobs.perform(LooksRequest(model, (*paths, bad)), progress.context)

    assert looks[:9] == tuple(item.look for item in listener.predictions)
    assert all(looks[:15])
    assert looks[15] == b""
    progress.check_progress()
    assert jobs.perform(LooksRequest(model, (*paths, bad)), JobContext()) == looks


def test_files_without_training_vectors_have_no_looks(model: Path, earlier: Path, photos: Path) -> None:
    paths = tuple(find_photos((photos,), JobContext()))
    for path in (model, earlier):
        assert light_jobs.perform(LooksRequest(path, paths), JobContext()) == (b"",) * 15


def test_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"gone\.tlmodel"):
        light_jobs.perform(OpenModelRequest(tmp_path / "gone.tlmodel"), JobContext())


def test_command_names_photos_without_anything_heavy(model: Path, photos: Path) -> None:
    code = _PREDICT.format(heavy=HEAVY)

    done = subprocess.run(
        [sys.executable, "-c", code, str(model), str(photos)], capture_output=True, text=True, check=True
    )

    assert len(done.stdout.splitlines()) == 16
    assert done.stdout.splitlines()[-1] == "0 []"
