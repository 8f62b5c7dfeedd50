"""What earlier versions wrote opens in this one: recipes, facts, choices, runs, and mendings that can be undone."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.earlier.installing import COLOURS, PHOTOS_PER_CLASS, VERSIONS, install
from tlgui.files import workspace_path
from tlgui.learning.model_file.archive import read_summary
from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.learning.recipes.recipe import load_recipe
from tlgui.learning.runs.run import RunStatus
from tlgui.learning.runs.store import RunStore
from tlgui.photos.mending.mender import mender_of
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.scan import survey
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext

QUIET = JobContext()
# Recipes that have another name since, by version; runs and models keep the one of their time.
EARLIER_NAMES = {version: {"balanced": "Balanced"} for version in ("v0.1.0", "v0.2.0")}
pytestmark = pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)


@pytest.fixture
def folder(version: Path, tmp_path: Path) -> Path:
    return install(version, tmp_path / "my photos")


def name_then(recipe_id: str, version: Path) -> str:
    return EARLIER_NAMES.get(version.name, {}).get(recipe_id, BUILT_IN[recipe_id].name)


def test_built_in_recipes_say_what_they_said(version: Path) -> None:
    then = {path.stem: load_recipe(path) for path in (version / "recipes").glob("*.json") if path.stem != "changed"}

    assert {"quick", "balanced", "thorough"} <= set(then)
    assert then == {name: replace(BUILT_IN[name], name=name_then(name, version)) for name in then}


def test_recipe_of_the_user_keeps_its_values(version: Path) -> None:
    recipe = load_recipe(version / "recipes/changed.json")
    assert (recipe.name, recipe.seed, recipe.head.dense_units) == ("Mine: “ä”", 9, 64)


def test_every_model_says_what_it_is(version: Path) -> None:
    paths = sorted((version / "models").glob("*.tlmodel"))
    summaries = [read_summary(path) for path in paths]
    assert [summary.recipe.name for summary in summaries] == [name_then(path.stem, version) for path in paths]
    assert all(summary.class_names == tuple(COLOURS) for summary in summaries)


def test_facts_are_known_or_found_out_again(folder: Path) -> None:
    # They are a cache: where facts are found out otherwise today, older ones are not trusted.
    found = look_closer(survey(folder, QUIET), QUIET)

    assert len(found.facts) == len(COLOURS) * PHOTOS_PER_CLASS
    assert all(facts.look is not None for facts in found.facts.values())
    assert not found.collection.problems


def test_choices_still_hold(folder: Path) -> None:
    choices = Choices(workspace_path(folder), folder)
    assert choices.left_out() == {folder / "blue/1.jpg"}
    assert choices.shown_names() == {"blue": "Azure"}
    assert survey(folder, QUIET).collection.photo_count == len(COLOURS) * PHOTOS_PER_CLASS - 1


def test_mendings_are_undone_down_to_the_first(folder: Path) -> None:
    mender = mender_of(folder)
    undone = []
    while (words := mender.next_undo()) is not None:
        undone.append(words)
        mender.undo(QUIET)

    assert undone == ["show the class “blue” otherwise", "leave 1 photo out", "move 1 photo to “green”"]
    assert {path.name: len(list(path.iterdir())) for path in folder.iterdir()} == dict.fromkeys(
        COLOURS, PHOTOS_PER_CLASS
    )


def test_runs_are_listed_as_they_stood(folder: Path, version: Path) -> None:
    store = RunStore(workspace_path(folder))
    runs = {run.name: run for run in store.runs()}

    assert (runs["Finished"].status, runs["Killed"].status) == (RunStatus.FINISHED, RunStatus.INTERRUPTED)
    assert len(runs["Finished"].history) == 5
    # Short epochs are not all written since version 0.2.0.
    assert len(runs["Killed"].history) == (2 if version.name == "v0.1.0" else 1)
    assert runs["Killed"].can_resume
    assert store.active_id == runs["Finished"].id
