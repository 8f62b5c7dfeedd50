"""A model that was trained on drawn pictures looks where the drawn thing is, whatever its head."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.learning.models import KERAS_SAVE_WARNING
from tests.learning.trainings import train
from tlgui.errors import PhotoError, SettingError
from tlgui.learning.inference.class_activation import explain
from tlgui.learning.model_file.map_model import MapModel, load_map_model
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import EarlyStopping, Head, Recipe
from tlgui.photos.scanning.scan import scan
from tlgui.progress import JobContext
from tlgui.text.explanations import place_in_words

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

SHAPES = ("ring", "star")
CORNERS = {"upper left": (0, 0), "upper right": (1, 0), "lower left": (0, 1), "lower right": (1, 1)}
RECIPE = replace(QUICK, input_size=224, epochs=40, early_stopping=EarlyStopping(enabled=False), learning_rate=0.01)
RECIPES = {
    "linear head on averaged features": RECIPE,
    "hidden layer": replace(RECIPE, head=Head(dense_units=16), epochs=60),
    "sigmoid": replace(RECIPE, head=Head(output="sigmoid")),
    "max pooling": replace(RECIPE, pooling="max"),
    "flattened": replace(RECIPE, pooling="flatten", learning_rate=0.001),
}


def draw(path: Path, shape: str, corner: tuple[float, float], seed: int, size: tuple[int, int] = (224, 224)) -> Path:
    """Draw a small shape in a corner of a noisy picture."""
    random = np.random.default_rng(seed)
    width, height = size
    pixels = random.normal(110, 12, (height, width, 3)).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(pixels)
    pen = ImageDraw.Draw(image)
    middle = [(0.2 + 0.6 * place) * side + random.uniform(-4, 4) for place, side in zip(corner, size, strict=True)]
    radius = min(size) * random.uniform(0.13, 0.16)
    box = [middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius]
    if shape == "ring":
        pen.ellipse(box, outline=(250, 220, 40), width=8)
    else:
        turns = random.uniform(0, 1) + np.arange(10) * np.pi / 5
        sizes = np.where(np.arange(10) % 2, 0.4, 1.0) * radius
        points = zip(middle[0] + sizes * np.cos(turns), middle[1] + sizes * np.sin(turns), strict=True)
        pen.polygon([(float(x), float(y)) for x, y in points], fill=(40, 80, 220))
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
    return path


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-four pictures of each shape, as many in each corner."""
    folder = tmp_path_factory.mktemp("shapes")
    for number in range(48):
        shape, corner = SHAPES[number % 2], list(CORNERS.values())[number // 2 % 4]
        draw(folder / shape / f"{number}.png", shape, corner, number)
    return folder


def trained(shapes: Path, recipe: Recipe, path: Path) -> MapModel:
    summary = train(scan(shapes, JobContext()), recipe, path)
    assert summary.evaluation is not None
    assert summary.evaluation.accuracy > 0.9
    model = load_map_model(path)
    assert model is not None
    return model


@pytest.fixture(scope="module")
def linear(shapes: Path, tmp_path_factory: pytest.TempPathFactory) -> MapModel:
    """A model that several tests ask."""
    return trained(shapes, RECIPE, tmp_path_factory.mktemp("linear") / "shapes.tlmodel")


@pytest.mark.parametrize("name", RECIPES)
def test_model_looks_where_the_drawn_shape_is(name: str, shapes: Path, linear: MapModel, tmp_path: Path) -> None:
    recipe = RECIPES[name]
    model = linear if recipe is RECIPE else trained(shapes, recipe, tmp_path / "shapes.tlmodel")

    for number, (words, (across, down)) in enumerate(CORNERS.items()):
        for shape in SHAPES:
            photo = draw(tmp_path / f"{shape} {number}.png", shape, (across, down), 1000 + number)
            explanation = explain(model, photo)
            assert explanation.class_name == shape
            grid = np.array(explanation.values).reshape(explanation.height, explanation.width)
            quarters = {
                (right, lower): grid[lower * 3 : lower * 3 + 4, right * 3 : right * 3 + 4].sum()
                for right, lower in CORNERS.values()
            }
            assert max(quarters, key=quarters.__getitem__) == (across, down), f"{shape} at the {words}"


def test_place_is_told_in_words(linear: MapModel, tmp_path: Path) -> None:
    told = [
        place_in_words(explain(linear, draw(tmp_path / f"{number}.png", SHAPES[number % 2], corner, 2000 + number)))
        for number, corner in enumerate([*CORNERS.values(), (0.5, 0.5)])
    ]

    assert told == [*(f"mostly the {words}" for words in CORNERS), "mostly the middle"]


def test_grid_lies_over_the_whole_photo_whatever_its_proportions(linear: MapModel, tmp_path: Path) -> None:
    wide = draw(tmp_path / "wide.png", "ring", (1, 0), 7, (900, 300))

    explanation = explain(linear, wide)

    assert (explanation.height, explanation.width) == (7, 7)
    assert len(explanation.values) == 49
    assert max(explanation.values) == 1.0
    assert min(explanation.values) >= 0.0
    assert place_in_words(explanation) == "mostly the upper right"
    # What speaks for the other class lies elsewhere, and is told too.
    other = explain(linear, wide, "star")
    assert other.class_name == "star"
    assert other.probability == pytest.approx(1 - explanation.probability, abs=1e-6)


def test_class_that_the_model_does_not_know_and_bad_photo_are_refused(linear: MapModel, tmp_path: Path) -> None:
    photo = draw(tmp_path / "a.png", "ring", (0, 0), 1)

    with pytest.raises(SettingError, match="does not know the class “moon”"):
        explain(linear, photo, "moon")
    photo.write_bytes(b"no photo")
    with pytest.raises(PhotoError, match=r"a\.png"):
        explain(linear, photo)
