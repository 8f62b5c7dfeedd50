"""What a training takes, in words: in the window and on the command line the same."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.pictures import write_collection
from tlgui.cli.main import main
from tlgui.engine.protocol import EstimateRequest
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import EarlyStopping
from tlgui.learning.results import CostEstimate
from tlgui.progress import JobContext
from tlgui.text.numbers import cost_in_words, cost_notes, memory_warning

COST = CostEstimate(seconds=125.0, memory_bytes=1_100_000_000, device="2 processor cores", free_bytes=8 * 10**9)
TO_ITS_END = replace(QUICK, early_stopping=EarlyStopping(enabled=False))


def test_cost_is_a_time_a_size_and_a_device() -> None:
    assert cost_in_words(COST, TO_ITS_END) == "About 2 minutes and 1.1 GB of memory on 2 processor cores"
    short = replace(COST, seconds=2.0, device="NVIDIA T4 (GPU)")
    assert cost_in_words(short, TO_ITS_END) == "A few seconds and 1.1 GB of memory on NVIDIA T4 (GPU)"


@pytest.mark.parametrize("stopping", [EarlyStopping(), EarlyStopping(enabled=False, target_accuracy=0.99)])
def test_recipe_that_may_end_early_takes_up_to_its_cost(stopping: EarlyStopping) -> None:
    recipe = replace(QUICK, early_stopping=stopping)
    assert cost_in_words(COST, recipe).startswith("Up to 2 minutes and ")
    assert cost_in_words(replace(COST, seconds=2.0), recipe).startswith("A few seconds and ")


@pytest.mark.parametrize(
    ("cost", "notes"),
    [
        (COST, ()),
        (replace(COST, cached_share=0.02), ()),
        (replace(COST, cached_share=0.4), ("40.0 % of your photos were looked at before.",)),
        (replace(COST, cached_share=1.0), ("Your photos were looked at before.",)),
        (replace(COST, download_bytes=58_889_256), ("It downloads 58.9 MB first.",)),
    ],
)
def test_what_makes_it_longer_or_shorter_is_said(cost: CostEstimate, notes: tuple[str, ...]) -> None:
    assert cost_notes(cost) == notes


def test_only_too_much_memory_is_warned_of() -> None:
    assert memory_warning(COST) == ""
    assert memory_warning(replace(COST, free_bytes=0)) == ""
    warning = memory_warning(replace(COST, free_bytes=900_000_000))
    assert "Only 900.0 MB of memory are free." in warning
    assert "smaller batch size" in warning


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[EstimateRequest]:
    """Put an engine in the place of the real one that says `COST`; return what it was asked."""
    requests: list[EstimateRequest] = []

    def perform(request: EstimateRequest, context: JobContext) -> CostEstimate:
        context.checkpoint()
        requests.append(request)
        return replace(COST, download_bytes=10**7, free_bytes=10**9)

    monkeypatch.setattr("tlgui.cli.engine.load_engine", lambda _terminal, **_options: perform)
    return requests


def test_command_says_it_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[EstimateRequest]
) -> None:
    folder = write_collection(tmp_path / "birds", ["owl", "wren"])
    assert main(["estimate", str(folder), "--recipe", "thorough", "--set", "fine_tuning.epochs=2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(" 2 minutes and 1.1 GB of memory on 2 processor cores.")
    assert lines[1] == "It downloads 10.0 MB first."
    assert lines[2].startswith("Only 1.0 GB of memory are free.")
    assert asked[0].recipe.fine_tuning.epochs == 2
    assert asked[0].collection.class_names == ("owl", "wren")


def test_command_gives_numbers_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[EstimateRequest]
) -> None:
    folder = write_collection(tmp_path / "birds", ["owl", "wren"])
    assert main(["estimate", str(folder), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["recipe"] == asked[0].recipe.name == "Quick"
    assert result["estimate"]["seconds"] == 125.0
    assert result["estimate"]["memory_bytes"] == 1_100_000_000


def test_folder_that_is_missing_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate", str(tmp_path / "missing")]) == 1
    assert "missing" in capsys.readouterr().err
