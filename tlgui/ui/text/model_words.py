"""Names and descriptions of models, for pages, lists and proposed file names."""

import re
from pathlib import Path

from tlgui.learning.results import Evaluation, ModelSummary
from tlgui.learning.runs.run import run_of_model
from tlgui.photos.names import one_line
from tlgui.text.accuracy import accuracy_in_words
from tlgui.text.numbers import count

MODEL_SUFFIX = ".tlmodel"

_GOOD_ACCURACY = 0.75

# The name that trainings gave their models before there were runs: the collection, the day, the time.
_KEPT_NAME = re.compile(r"^(.+) (\d{4}-\d\d-\d\d) (\d\d)-(\d\d)-\d\d-\d{6}$", re.DOTALL)


def model_name(path: Path) -> str:
    """Return the proposed name for a file made from a model, without its suffix."""
    if known := run_of_model(path):
        return re.sub(r"[^\w\-, ]+", "_", " ".join(known)).strip()
    return _KEPT_NAME.sub(r"\1", path.stem)


def path_title(path: Path) -> str:
    """Return the name of a model in lists: its collection and run, or the name of its file."""
    if known := run_of_model(path):
        return one_line(": ".join(known))
    return one_line(_KEPT_NAME.sub(r"\1, trained \2 \3:\4", path.stem))


def model_title(model: ModelSummary) -> str:
    """Return the name of the model."""
    return path_title(model.path)


def origin_in_words(model: ModelSummary) -> str:
    """Return where a model comes from that no run of the open collection made: another folder, or a file."""
    return "from another folder" if run_of_model(model.path) else "from a file"


def model_in_words(model: ModelSummary, *, is_foreign: bool = False) -> str:
    """Return the name of the model, its origin and its accuracy.

    Args:
        model: The model.
        is_foreign: Whether no run of the open collection made it; then its origin is named.
    """
    origin = f" ({origin_in_words(model)})" if is_foreign else ""
    good = f" · {accuracy_in_words(model.evaluation)}" if model.evaluation is not None else ""
    return model_title(model) + origin + good


def is_good(evaluation: Evaluation | None) -> bool:
    """Return whether a model deserves a tick: it is right at least 3 in 4 times, and beats the largest class."""
    if evaluation is None or evaluation.accuracy < _GOOD_ACCURACY:
        return False
    return evaluation.baseline is not None and evaluation.baseline.is_beaten


def classes_in_words(model: ModelSummary) -> str:
    """Return the number of classes of the model, and their names."""
    return f"{count('class', len(model.class_names))}: {', '.join(map(one_line, model.class_names))}"
