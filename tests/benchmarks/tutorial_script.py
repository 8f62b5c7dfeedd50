"""How much faster a tutorial runs here than as the script that people copy: the same network, head and epochs.

The script sends every photo through the frozen VGG16 in each epoch; tlgui does it once, because nothing is changed.
"""

import multiprocessing
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.figures import Figure, ratio
from tlgui.engine.protocol import TrainRequest
from tlgui.learning.recipes.built_in import VGG16_FROZEN
from tlgui.learning.recipes.recipe import NO_WEIGHTS, Augmentation
from tlgui.photos.collection import Collection
from tlgui.photos.scanning.scan import scan
from tlgui.progress import JobContext

# VGG16 takes long: with more photos the ratio is the same, and the wait is not.
_PHOTOS_OF_A_CLASS = 40
_TIMES_FASTER = 5.0
# The time does not depend on what the weights are, so that the benchmark needs no download.
RECIPE = replace(VGG16_FROZEN, weights=NO_WEIGHTS, augmentation=Augmentation())


def measure(photos: Path) -> list[Figure]:
    """Train the same collection both ways, one after the other, in a process that may load TensorFlow."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measure, photos).result()


def _measure(photos: Path) -> list[Figure]:
    from tlgui.engine.jobs import perform  # noqa: PLC0415 - loads TensorFlow

    with tempfile.TemporaryDirectory(prefix="tlgui-script-") as folder:
        home = Path(folder)
        collection = _some_photos(photos, home / "photos")
        script = _run_script(home / "photos")
        started = time.monotonic()
        perform(TrainRequest(collection, RECIPE, home / "model.tlmodel"), JobContext())
        here = time.monotonic() - started
    what = f"VGG16 frozen, {RECIPE.epochs} epochs, {collection.photo_count} photos: times as fast as the script"
    return [Figure("script", what, script / here, _TIMES_FASTER, ratio(here, script, "the script's s"), True)]  # noqa: FBT003


def _some_photos(photos: Path, target: Path) -> Collection:
    for photo_class in scan(photos, JobContext()).classes:
        folder = target / photo_class.name
        folder.mkdir(parents=True)
        for photo in photo_class.photos[:_PHOTOS_OF_A_CLASS]:
            shutil.copy(photo.path, folder)
    return scan(target, JobContext())


def _run_script(folder: Path) -> float:
    """Do what the tutorial's script does, with Keras alone, and return its seconds."""
    import keras  # noqa: PLC0415 - loads TensorFlow

    started = time.monotonic()
    options = {
        "validation_split": RECIPE.split.validation,
        "seed": RECIPE.seed,
        "image_size": (RECIPE.input_size, RECIPE.input_size),
        "batch_size": RECIPE.batch_size,
        "label_mode": "categorical",
    }
    training = keras.utils.image_dataset_from_directory(folder, subset="training", **options)
    validation = keras.utils.image_dataset_from_directory(folder, subset="validation", **options)
    classes = len(training.class_names)
    side = RECIPE.input_size
    base = keras.applications.VGG16(weights=None, include_top=False, input_shape=(side, side, 3))
    base.trainable = False
    model = keras.Sequential(
        [
            keras.layers.Rescaling(1 / 255),
            base,
            keras.layers.Flatten(),
            keras.layers.Dense(RECIPE.head.dense_units, activation="relu"),
            keras.layers.Dropout(RECIPE.head.dropout),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    model.fit(training, validation_data=validation, epochs=RECIPE.epochs, verbose=0)
    return time.monotonic() - started
