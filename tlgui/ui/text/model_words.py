"""What a model is called, the same on every page, in every list and in the name of a file made from it."""

import re
from pathlib import Path

from tlgui.learning.results import ModelSummary
from tlgui.learning.runs.run import run_of_model
from tlgui.photos.names import one_line
from tlgui.text.numbers import accuracy_in_words, count

MODEL_SUFFIX = ".tlmodel"

# What trainings called their models before there were runs: the collection, the day, the time.
_KEPT_NAME = re.compile(r"^(.+) (\d{4}-\d\d-\d\d) (\d\d)-(\d\d)-\d\d-\d{6}$", re.DOTALL)


def model_name(path: Path) -> str:
    """Return what a file made from a model is called to begin with, without its suffix."""
    if known := run_of_model(path):
        return re.sub(r"[^\w\-, ]+", "_", " ".join(known)).strip()
    return _KEPT_NAME.sub(r"\1", path.stem)


def path_title(path: Path) -> str:
    """Return what a model is called in a list: by its collection and run, or its file's name."""
    if known := run_of_model(path):
        return one_line(": ".join(known))
    return one_line(_KEPT_NAME.sub(r"\1, trained \2 \3:\4", path.stem))


def model_title(model: ModelSummary) -> str:
    """Return what the model is called."""
    return path_title(model.path)


def model_in_words(model: ModelSummary) -> str:
    """Return which model it is and how good it is."""
    good = f" · {accuracy_in_words(model.evaluation)}" if model.evaluation is not None else ""
    return model_title(model) + good


def classes_in_words(model: ModelSummary) -> str:
    """Return how many classes the model knows, and which."""
    return f"{count('class', len(model.class_names))}: {', '.join(map(one_line, model.class_names))}"
