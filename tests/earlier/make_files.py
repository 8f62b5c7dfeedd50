"""Writes one file of each kind that a user keeps, with the tlgui of this checkout, for later versions to open.

Usage: `python -m tests.earlier.make_files NEW_FOLDER`

It was run with each version whose files lie beside it; a later version is given a folder of its own and changes none of
the earlier ones. Places on the disk are written as `@PHOTOS@`, `@PLACE@` and `@HOME@`; `tests.earlier.installing` fills
them in.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.earlier.drawing import draw
from tests.earlier.installing import (
    COLOURS,
    HOME_MARK,
    PHOTOS_MARK,
    PHOTOS_PER_CLASS,
    PLACE_MARK,
    TEXT_SUFFIXES,
    fix_times,
)
from tests.learning.trainings import train
from tlgui.files import workspace_path
from tlgui.learning.backbones.registry import BACKBONES
from tlgui.learning.inference.evaluate import evaluate
from tlgui.learning.model_file.tlmodel import load_model
from tlgui.learning.recipes.built_in import BUILT_IN, QUICK
from tlgui.learning.recipes.recipe import (
    NO_WEIGHTS,
    SHIPPED_BACKBONES,
    SMALL_CNN,
    EarlyStopping,
    Head,
    Recipe,
    load_recipe,
    recipe_text,
)
from tlgui.learning.runs.store import RunStore
from tlgui.learning.trust import Caution
from tlgui.photos.health.findings import LeaveOut, MoveInto
from tlgui.photos.mending.mender import mender_of
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.scan import scan, survey
from tlgui.progress import EpochEnded, Event, JobContext
from tlgui.ui.session.settings import (
    EXPORT_FOLDER,
    RECENT_FOLDERS,
    SORT_FOLDER,
    SORT_KEYWORDS,
    SORT_PATTERN,
    WATCH_FOLDER,
    Settings,
)

STEPS = (
    "make_files.write_recipes",
    "make_files.write_models",
    "make_files.write_workspace",
    "make_files.write_settings",
    "make_files.write_answers",
    "make_sorting_files.write_card",
    "make_sorting_files.write_decisions",
    "make_sorting_files.write_board",
    "make_sorting_files.write_sorts",
    "make_sorting_files.collect",
)
"""What writes the files, with the folder that they are for and that of the photos."""


def write_photos(folder: Path) -> None:
    """Draw a few small photos of three classes, the same each time."""
    random = np.random.default_rng(7)
    for name, colour in COLOURS.items():
        (folder / name).mkdir(parents=True)
        for number in range(PHOTOS_PER_CLASS):
            draw(folder / name / f"{number}.jpg", colour, random)


def main(out: Path) -> None:
    """Write all files below `out`, a folder that is not there yet."""
    out.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as place:
        home, photos = Path(place) / "home", Path(place) / "photos"
        os.environ.update(
            HOME=str(home),
            XDG_CONFIG_HOME=str(home / "config"),
            XDG_CACHE_HOME=str(home / "cache"),
            XDG_DATA_HOME=str(home / "data"),
            XDG_STATE_HOME=str(home / "state"),
            QT_QPA_PLATFORM="offscreen",
        )
        write_photos(photos)
        fix_times(photos)
        for step in STEPS:
            run_step(step, out, photos)
        _collect(home, photos, out)
        replace_places(out, photos, home)


def run_step(step: str, out: Path, photos: Path) -> None:
    """Run a function in a process of its own: some have one killed, and TensorFlow keeps what it once took."""
    module, name = step.split(".")
    script = f"import pathlib, sys; from tests.earlier import {module} as m; m.{name}(*map(pathlib.Path, sys.argv[1:]))"
    subprocess.run([sys.executable, "-c", script, str(out), str(photos)], check=True)


def write_recipes(out: Path, _photos: Path) -> None:
    """Write every built-in recipe as a file, and one with values that are no defaults."""
    (out / "recipes").mkdir()
    changed = replace(QUICK, name="Mine: “ä”", seed=9, head=replace(QUICK.head, dense_units=64))
    for name, recipe in {**BUILT_IN, "changed": changed}.items():
        (out / "recipes" / f"{name}.json").write_text(recipe_text(recipe), encoding="utf-8")


def write_models(out: Path, photos: Path) -> None:
    """Train each built-in recipe for an epoch or two, on a backbone that is cut early to keep the files small."""
    cuts = {
        "vgg16": "block1",
        "inceptionv3": "activation_1",
        "small-cnn": "",
        **dict.fromkeys(SHIPPED_BACKBONES, "block2"),
    }
    (out / "models").mkdir()
    collection = scan(photos, JobContext())
    for name, recipe in BUILT_IN.items():
        tuning = replace(recipe.fine_tuning, epochs=1)
        if tuning.from_block:
            tuning = replace(tuning, from_block="block2" if recipe.backbone in SHIPPED_BACKBONES else "block1")
        small = replace(
            recipe,
            weights=NO_WEIGHTS,
            cut_layer=cuts[recipe.backbone],
            input_size=max(32, BACKBONES[recipe.backbone].smallest_size),
            pooling="average",
            head=replace(recipe.head, dense_units=min(recipe.head.dense_units, 16)),
            epochs=2,
            fine_tuning=tuning,
        )
        train(collection, small, out / "models" / f"{name}.tlmodel", JobContext())


def write_workspace(_out: Path, photos: Path) -> None:
    """Write a workspace: a finished run, one that a kill broke off, choices, and mendings that can be undone."""
    quiet = JobContext()
    mender = mender_of(photos)
    mender.apply(MoveInto(((photos / "red/0.jpg", photos / "green"),)), quiet)
    mender.apply(LeaveOut((photos / "blue/1.jpg",)), quiet)
    mender.show_class_as(["blue"], "Azure")
    found = look_closer(survey(photos, quiet), quiet)
    store = RunStore(workspace_path(photos))
    # The features of the embedded backbone, in the cache; its model is too large to be kept here.
    train(found.collection, replace(QUICK, input_size=32, epochs=1), photos.parent / "quick.tlmodel", quiet)
    small = Recipe(
        name="Small",
        backbone=SMALL_CNN,
        weights=NO_WEIGHTS,
        input_size=32,
        head=Head(dense_units=8, dropout=0.3),
        epochs=5,
        batch_size=8,
        learning_rate=0.01,
        early_stopping=EarlyStopping(enabled=False),
    )
    run = store.begin(small, found.collection, name="Finished")
    store.keep_training_photos(run, found)
    store.set_active(store.finish(run, train(found.collection, small, run.model_path, quiet, run_folder=run.folder)))
    script = "import sys; from tests.earlier import make_files as m; m.train_until_killed(m.Path(sys.argv[1]))"
    killed = subprocess.run([sys.executable, "-c", script, str(photos)], check=False)
    assert killed.returncode < 0
    whole = train(found.collection, small, photos.parent / "whole.tlmodel", quiet)
    history = [
        [ended.loss, ended.accuracy, ended.validation_loss, ended.validation_accuracy] for ended in whole.history
    ]
    (workspace_path(photos) / "whole-history.json").write_text(json.dumps(history, indent=1))


def train_until_killed(photos: Path) -> None:
    """Train the recipe of the finished run and die when its second epoch ends."""

    def report(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.epoch == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    found = look_closer(survey(photos, JobContext()), JobContext())
    store = RunStore(workspace_path(photos))
    (finished,) = store.runs()
    run = store.begin(finished.recipe, found.collection, name="Killed")
    store.keep_training_photos(run, found)
    context = replace(JobContext(), report=report)
    train(found.collection, finished.recipe, run.model_path, context, run_folder=run.folder)


def write_settings(out: Path, photos: Path) -> None:
    """Write the window's settings."""
    settings = Settings()
    settings.add_recent(RECENT_FOLDERS, photos)
    settings.set_value(EXPORT_FOLDER, os.environ["HOME"])
    settings.set_value(SORT_FOLDER, str(photos.parent / "moved"))
    settings.set_value(SORT_PATTERN, "{class}/{name}")
    settings.set_value(SORT_KEYWORDS, value=True)
    settings.set_value(WATCH_FOLDER, str(photos.parent / "card"))
    settings.set_caution(Caution(wrong_at_most=0.1, is_by_class=True))
    settings.set_recipe(load_recipe(out / "recipes/changed.json"))
    settings.save()


def write_answers(out: Path, photos: Path) -> None:
    """Write what each model says of the photos, as they lie there after the mendings."""
    shutil.copytree(photos, out / "photos")
    answers = {}
    for path in sorted((out / "models").glob("*.tlmodel")):
        model = load_model(path)
        judged = evaluate(model, scan(out / "photos", JobContext()), None, JobContext())
        epochs = len(model.summary.history)
        answers[path.stem] = {"accuracy": judged.accuracy, "loss": judged.loss, "epochs": epochs}
    (out / "answers.json").write_text(json.dumps(answers, indent=1))


def _collect(home: Path, photos: Path, out: Path) -> None:
    """Copy what a later version must still open, under plain names; what depends on a place has the place's hash."""
    workspace = workspace_path(photos)
    shutil.copytree(workspace, out / "workspace", ignore=shutil.ignore_patterns("*lock"))
    shutil.copy(home / "cache/tlgui/photos" / f"{workspace.name}.sqlite", out / "facts.sqlite")
    shutil.copy(home / "config/tlgui/settings.ini", out / "settings.ini")
    # The store of the embedded backbone; those of the small networks prove nothing more.
    features = max((home / "cache/tlgui/features").glob("*.sqlite"), key=lambda path: path.stat().st_size)
    (out / "features").mkdir()
    shutil.copy(features, out / "features" / features.name)


def replace_places(out: Path, photos: Path, home: Path) -> None:
    """Replace the places of this machine in all text files by their marks, the inner ones first."""
    marks = {str(photos): PHOTOS_MARK, str(home): HOME_MARK, str(photos.parent): PLACE_MARK}
    for file in out.rglob("*"):
        if file.suffix in TEXT_SUFFIXES and file.is_file():
            text = file.read_text(encoding="utf-8")
            for place, mark in marks.items():
                text = text.replace(place, mark)
            file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
