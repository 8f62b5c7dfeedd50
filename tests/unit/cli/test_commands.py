"""What a command hands to the job, and what it adds to the job's result."""

import json
from pathlib import Path

import pytest

from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tlgui.cli.main import main
from tlgui.engine.protocol import EstimateRequest, Request, TrainRequest
from tlgui.learning.recipes.recipe import EMBEDDED_BACKBONE
from tlgui.learning.results import CostEstimate
from tlgui.progress import JobContext


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[Request[object]]:
    """Give the list of jobs that were asked for, which grows; each ends with the same estimate."""
    made: list[Request[object]] = []

    def perform(request: Request[object], _context: JobContext) -> object:
        made.append(request)
        return CostEstimate(90.0, 10**9, "2 processor cores", 0.0, 0, 2 * 10**9)

    monkeypatch.setattr("tlgui.cli.engine.load_engine", lambda _terminal, **_options: perform)
    return made


def test_estimate_says_that_the_closer_look_of_a_training_is_not_in_it(
    tmp_path: Path, requests: list[Request[object]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_collection(tmp_path / "pets", 2, 5)

    assert main(["estimate", str(folder)]) == 0
    first = capsys.readouterr()
    assert main(["check", str(folder)]) == 0
    capsys.readouterr()
    assert main(["estimate", str(folder), "--json"]) == 0
    second = capsys.readouterr()

    assert isinstance(requests[0], EstimateRequest)
    assert first.out.startswith("About 2 minutes and 1.0 GB of memory")
    assert "A training first takes a closer look at 10 photos, once." in first.err
    assert "closer look" not in second.err
    assert json.loads(second.out)["not_looked_at"] == 0


@pytest.mark.parametrize("command", ["estimate", "compare"])
def test_smaller_backbone_for_small_photos_is_told_and_taken(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, engine = write_collection(tmp_path / "pets", 2, 5), FakeEngine()
    monkeypatch.setattr("tlgui.cli.engine.load_engine", lambda _terminal, **_options: engine.run)

    assert main([command, str(folder), "--recipe", "best"]) == 0

    (request,) = engine.requests
    assert isinstance(request, EstimateRequest | TrainRequest)
    assert request.recipe.backbone == EMBEDDED_BACKBONE
    assert "note: Best: Half of your photos or more are smaller than 260 pixels" in capsys.readouterr().err


def test_estimate_refuses_what_cannot_be_trained_on_before_tensorflow_is_loaded(
    tmp_path: Path, requests: list[Request[object]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_collection(tmp_path / "pets", 1, 5)

    assert main(["estimate", str(folder)]) == 1

    assert requests == []
    assert "error: There is only one class with photos" in capsys.readouterr().err
