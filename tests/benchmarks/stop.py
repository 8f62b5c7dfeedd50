"""How long from Stop to idle, in each phase of a training."""

import dataclasses
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.driving import Driver, shown_window, wait_until
from tests.benchmarks.figures import Figure
from tlgui import files
from tlgui.learning.recipes.recipe import EarlyStopping, Recipe
from tlgui.progress import BatchEnded, EpochEnded, Progress, Stage

TARGET_SECONDS = 2.0


def measure(photos: Path) -> list[Figure]:
    """Stop one training in each phase."""
    figures = []
    with shown_window() as driver:
        driver.open_folder(photos)
        driver.window.commands.show_train()
        # The engine has only just begun to load, so this one stops before its job was begun.
        figures.append(_stop(driver, "starting", lambda: _is_at(driver, Stage.STARTING)))
        driver.load_engine()
        driver.session.set_recipe(_endless(driver.session.recipe))
        figures.append(_stop(driver, "features", lambda: _is_at(driver, Stage.FEATURES, done=64)))
        figures.append(_stop(driver, "training", lambda: _saw(driver, BatchEnded)))
        figures.append(_stop(driver, "training, later", lambda: _count(driver, EpochEnded) >= 5))
        driver.session.set_recipe(dataclasses.replace(driver.session.recipe, epochs=2))
        figures.append(_stop(driver, "evaluating", lambda: _is_at(driver, Stage.EVALUATING)))
        figures.append(_stop(driver, "saving", lambda: _is_at(driver, Stage.SAVING)))
    return [figure for figure in figures if figure is not None]


def _stop(driver: Driver, phase: str, is_there: Callable[[], bool]) -> Figure | None:
    """Start a training, press Stop once the phase is there, and return how long it took to be idle."""
    driver.start_training()
    wait_until(lambda: is_there() or not driver.session.is_busy)
    if not driver.session.is_busy:
        print(f"stop: the training was over before its phase “{phase}” was seen")
        return None
    pressed = time.perf_counter()
    driver.window.pages.train.stop()
    driver.wait_until_idle()
    return Figure("stop", f"Stop to idle while {phase}, s", driver.idle_at - pressed, TARGET_SECONDS)


def _endless(recipe: Recipe) -> Recipe:
    """Return a recipe that trains until it is stopped, with no features in the cache."""
    shutil.rmtree(files.cache_folder())
    return dataclasses.replace(recipe, epochs=10_000, early_stopping=EarlyStopping(enabled=False))


def _is_at(driver: Driver, stage: Stage, done: int = 0) -> bool:
    events = (event for _, event in driver.events)
    return any(isinstance(event, Progress) and event.stage == stage and event.done >= done for event in events)


def _saw(driver: Driver, kind: type) -> bool:
    return _count(driver, kind) > 0


def _count(driver: Driver, kind: type) -> int:
    return sum(isinstance(event, kind) for _, event in driver.events)
