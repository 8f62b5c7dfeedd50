"""`tlgui predict --resume` goes on where a killed run stopped: no photo goes through the network twice."""

import csv
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.counting_model import CountingModel, some_summary
from tests.fake_models import write_model
from tests.fakes import FakeEngine
from tests.pictures import write_jpeg
from tlgui.cli.main import main
from tlgui.engine.protocol import PredictRequest
from tlgui.errors import Cancelled
from tlgui.learning.results import PhotosPredicted
from tlgui.progress import Event, JobContext

COUNT = 60
ROOT = Path(__file__).parents[3]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "birds.tlmodel"
    write_model(replace(some_summary(CountingModel().summary.class_names), path=path))
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(COUNT):
        write_jpeg(folder / f"{number:03}.jpg", 40, 30, seed=number)
    return folder


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log"
    path.touch()
    return path


def predict(log: Path, last_batch: int, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.unit.cli.naming", str(log), str(last_batch), "predict"]
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    return subprocess.run(
        [*command, *map(str, arguments)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_killed_at_any_batch_it_goes_on_and_names_no_photo_twice(
    model: Path, photos: Path, log: Path, tmp_path: Path
) -> None:
    for last_batch in (1, random.randint(2, 5), random.randint(2, 3)):
        killed = predict(log, last_batch, model, photos, "--resume")
        assert killed.returncode == -signal.SIGKILL
    table = tmp_path / "answers.csv"

    resumed = predict(log, 0, model, photos, "--resume", "--format", "csv", "--out", table)

    assert resumed.returncode == 0
    assert resumed.stdout == predict(tmp_path / "other log", 0, model, photos).stdout
    with table.open(encoding="utf-8-sig", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == COUNT
    named = log.read_text().splitlines()
    assert len(named) == len(set(named)) == COUNT


def test_without_resume_all_photos_are_named(model: Path, photos: Path, log: Path) -> None:
    for _ in range(2):
        assert predict(log, 0, model, photos).returncode == 0
    assert len(log.read_text().splitlines()) == 2 * COUNT


def test_commands_say_whether_they_take_what_was_kept(
    model: Path, photos: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine = FakeEngine()
    monkeypatch.setattr("tlgui.cli.engine.load_engine", lambda _terminal, **_options: engine.run)
    for command, *more in (
        ("predict",),
        ("predict", "--resume"),
        ("sort", "--into", str(tmp_path / "sorted"), "--dry-run"),
    ):
        assert main([command, str(model), str(photos), *more]) == 0
    assert [request.uses_kept for request in engine.requests if isinstance(request, PredictRequest)] == [
        False,
        True,
        True,
    ]
    assert len(engine.predictions.named) == COUNT


def test_stopped_command_says_how_to_go_on(
    model: Path, photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = FakeEngine()

    def run(request: PredictRequest, context: JobContext) -> object:
        def report(event: Event) -> None:
            context.report(event)
            if isinstance(event, PhotosPredicted):
                raise Cancelled

        return engine.run(request, JobContext(report, context.checkpoint))

    monkeypatch.setattr("tlgui.cli.engine.load_engine", lambda _terminal, **_options: run)
    assert main(["predict", str(model), str(photos)]) == 1
    assert "--resume" in capsys.readouterr().err
