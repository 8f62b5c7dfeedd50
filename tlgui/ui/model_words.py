"""A model in one line, the same on every page that works with it."""

import re

from tlgui.learning.records import ModelSummary
from tlgui.wording import accuracy_in_words, count

# The name that the session gives a model nobody has saved yet: the collection, the day, the time.
_KEPT_NAME = re.compile(r"(?P<name>.+) (?P<day>\d{4}-\d\d-\d\d) (?P<hour>\d\d)-(?P<minute>\d\d)-\d\d-\d+")


def model_title(model: ModelSummary) -> str:
    """Return what the model is called: its file's name, or for one that was not saved yet, what it learned from."""
    kept = _KEPT_NAME.fullmatch(model.path.stem)
    return "{name}, trained {day} {hour}:{minute}".format(**kept.groupdict()) if kept else model.path.stem


def model_in_words(model: ModelSummary) -> str:
    """Return which model it is and how good it is."""
    good = f" · {accuracy_in_words(model.evaluation)}" if model.evaluation is not None else ""
    return model_title(model) + good


def classes_in_words(model: ModelSummary) -> str:
    """Return how many classes the model knows, and which."""
    return f"{count('class', len(model.class_names))}: {', '.join(model.class_names)}"
