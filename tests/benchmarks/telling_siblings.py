"""Measures how well photos of a class that was left out are told from the learned ones; a child of `siblings`.

What was found is printed as JSON, in the last line.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from tests.benchmarks.figures import Figure
from tests.benchmarks.telling_unlike import CONTEXT, OWN_SHARE, divided
from tests.learning.trainings import train
from tlgui.learning.arrays import FloatArray
from tlgui.learning.data.prefetch import pixels_of, read_batches
from tlgui.learning.model_file.prediction_model import PredictionModel, load_prediction_model
from tlgui.learning.recipes.built_in import QUICK
from tlgui.photos.collection import Collection
from tlgui.photos.scanning.scan import scan

# Of more classes, some are left out in turn, evenly from all.
MOST_LEFT_OUT = 5


@dataclass(frozen=True)
class Told:
    """What a model said of photos that it did not learn from.

    Args:
        distances: Their distances to the training photos.
        doubts: 1 less the probability of the best class.
    """

    distances: FloatArray
    doubts: FloatArray


def measure(folder: Path, scratch: Path) -> list[Figure]:
    """Measure every row.

    Args:
        folder: The photos, one subfolder for each class.
        scratch: Where files can be written.
    """
    learned, apart = divided(scan(folder, CONTEXT))
    names = learned.class_names
    left_out = names[:: max(1, len(names) // MOST_LEFT_OUT)][:MOST_LEFT_OUT]
    by_distance, by_doubt, passed = [], [], []
    for name in left_out:
        model = _trained(_without(learned, name), scratch / "model.tlmodel")
        own, siblings = _told(model, _without(apart, name)), _told(model, _only(apart, name))
        by_distance.append(area_under_curve(own.distances, siblings.distances))
        by_doubt.append(area_under_curve(own.doubts, siblings.doubts))
        passed.append(float((siblings.distances <= np.quantile(own.distances, OWN_SHARE)).mean()))
    which = f"a class left out of {len(names)}, in turn {len(left_out)}"
    return [
        _figure(f"{which}: area under the curve of the distance", by_distance),
        _figure(f"{which}: area under the curve of softmax", by_doubt),
        _figure("its photos taken for the collection's own where 95 % of these are, share", passed),
    ]


def area_under_curve(own: FloatArray, others: FloatArray) -> float:
    """Return the probability that one of the others has the larger value; equal ones count half."""
    ordered = np.sort(own)
    below, up_to = (np.searchsorted(ordered, others, side=side) for side in ("left", "right"))
    return float(((below + up_to) / 2).mean() / len(own))


def _figure(what: str, values: Sequence[float]) -> Figure:
    return Figure("siblings", what, float(np.mean(values)), None, f"{min(values):.2f} to {max(values):.2f}")


def _trained(collection: Collection, path: Path) -> PredictionModel:
    train(collection, QUICK, path)
    model = load_prediction_model(path)
    assert model is not None
    return model


def _without(collection: Collection, name: str) -> Collection:
    return replace(collection, classes=tuple(each for each in collection.classes if each.name != name))


def _only(collection: Collection, name: str) -> Collection:
    return replace(collection, classes=tuple(each for each in collection.classes if each.name == name))


def _told(model: PredictionModel, collection: Collection) -> Told:
    distances, doubts = [], []
    paths = [photo.path for photo in collection.photos()]
    for batch in read_batches(paths, model.summary.input_size, model.batch_size, CONTEXT):
        readable = [photo for photo in batch if isinstance(photo.content, np.ndarray)]
        if readable:
            answers = model.answers(pixels_of(readable))
            assert answers.distances is not None
            distances.append(answers.distances)
            doubts.append(1 - answers.probabilities.max(axis=1))
    return Told(np.concatenate(distances), np.concatenate(doubts))


def main() -> int:
    """Measure all rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["all"])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    options = parser.parse_args()
    print(json.dumps([asdict(figure) for figure in measure(options.photos, options.scratch)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
