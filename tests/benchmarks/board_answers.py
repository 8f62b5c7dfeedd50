"""Made-up answers for many photos, and the engine that gives them: a few hundred real photos under many names."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar, cast

import numpy as np
from PIL import Image
from typing_extensions import override

from tests.fake_models import write_model
from tests.fakes import FakeEngine
from tlgui.engine.protocol import PredictRequest, Request
from tlgui.learning.assessment.look_space import MOST_NUMBERS
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.results import (
    ClassScore,
    ModelSummary,
    PhotosPredicted,
    Prediction,
    PredictionSummary,
    StopReason,
)
from tlgui.progress import JobContext, Progress, Stage

_KINDS = ("owl", "robin", "wren", "jay", "kite", "rook", "tit", "dove")
CLASSES = tuple(f"{age} {kind}" for kind in _KINDS for age in ("young", "adult", "old"))

_TEMPLATES, _WIDTH, _HEIGHT = 300, 640, 480
_PHOTOS_A_FOLDER = 1000
# As the engine reports predictions that were kept.
_TOGETHER, _PAUSE_SECONDS = 256, 0.05
_UNREADABLE_EVERY = 500

ResultT = TypeVar("ResultT")


def write_photos(folder: Path, count: int) -> list[Path]:
    """Write photos in folders of a thousand, many of which are one file under several names."""
    rng = np.random.default_rng(3)
    templates = []
    (folder / "templates").mkdir(parents=True)
    for number in range(min(_TEMPLATES, count)):
        pixels = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
        picture = Image.fromarray(pixels).resize((_WIDTH, _HEIGHT), Image.Resampling.BICUBIC)
        templates.append(folder / "templates" / f"{number}.jpg")
        picture.save(templates[-1], quality=85)
    paths = []
    for number in range(count):
        trip = folder / "photos" / f"trip {number // _PHOTOS_A_FOLDER:03}"
        if number % _PHOTOS_A_FOLDER == 0:
            trip.mkdir(parents=True)
        paths.append(trip / f"DSC_{number * 7919 % 1_000_003:06}.jpg")
        os.link(templates[number % len(templates)], paths[-1])
    return paths


def write_made_up_model(path: Path) -> ModelSummary:
    """Write a model without a network, and return what it says of itself."""
    summary = ModelSummary(
        path=path,
        class_names=CLASSES,
        backbone=QUICK.backbone,
        input_size=QUICK.input_size,
        recipe=QUICK,
        created="2026-01-01T12:00:00+00:00",
        photo_count=1000,
        evaluation=None,
        history=(),
        seconds=1.0,
        stop_reason=StopReason.COMPLETED,
        versions=(),
    )
    write_model(summary)
    return summary


def made_up_answers(paths: list[Path]) -> Iterator[Prediction]:
    """Yield a prediction for each photo: ten classes, a digest, a look near the one of its class, and a time."""
    rng = np.random.default_rng(5)
    middles = rng.normal(size=(len(CLASSES), MOST_NUMBERS)).astype(np.float32)
    for number, path in enumerate(paths):
        if number % _UNREADABLE_EVERY == 0:
            yield Prediction(path, error="It is no photo.")
            continue
        best = int(rng.integers(len(CLASSES)))
        probability = float(rng.uniform(0.3, 1.0))
        others = [name for name in CLASSES if name != CLASSES[best]][:9]
        scores = (ClassScore(CLASSES[best], probability), *(ClassScore(name, (1 - probability) / 9) for name in others))
        look = middles[best] + rng.normal(scale=0.5, size=MOST_NUMBERS).astype(np.float32)
        look /= np.linalg.norm(look)
        digest = number.to_bytes(32, "big")
        yield Prediction(path, scores, digest=digest, look=look.astype("<f2").tobytes(), time=1.7e9 + number)


class AnsweringEngine(FakeEngine):
    """Answers with what was made up, at the pace at which predictions come that were kept.

    Args:
        paths: The photos.
    """

    def __init__(self, paths: list[Path]) -> None:
        super().__init__()
        self._paths = paths

    @override
    def run(self, request: Request[ResultT], context: JobContext) -> ResultT:
        if isinstance(request, PredictRequest):
            return cast("ResultT", self._answer(context))
        return super().run(request, context)

    def _answer(self, context: JobContext) -> PredictionSummary:
        some: list[Prediction] = []
        for done, prediction in enumerate(made_up_answers(self._paths), start=1):
            some.append(prediction)
            if len(some) == _TOGETHER or done == len(self._paths):
                context.checkpoint()
                context.report(PhotosPredicted(tuple(some)))
                context.report(Progress(Stage.PREDICTING, done, len(self._paths)))
                some.clear()
                time.sleep(_PAUSE_SECONDS)
        return PredictionSummary(len(self._paths), 0, 1.0)
