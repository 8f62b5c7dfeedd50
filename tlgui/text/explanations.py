"""Where a model looked in a photo, in words."""

from collections.abc import Sequence

from tlgui.learning.results import Explanation
from tlgui.photos.names import one_line
from tlgui.text.numbers import percent

# Places that count less than this say nothing of where it looked.
_LEAST = 0.25
# A third of the photo is named that holds more than this share of what counts.
_MOSTLY = 0.5
_ALL_OVER = "all over the photo"
_PLACES = {
    ("upper", "left"): "mostly the upper left",
    ("upper", "middle"): "mostly the top, in the middle",
    ("upper", "right"): "mostly the upper right",
    ("upper", ""): "mostly the upper part",
    ("middle", "left"): "mostly the left, halfway up",
    ("middle", "middle"): "mostly the middle",
    ("middle", "right"): "mostly the right, halfway up",
    ("middle", ""): "mostly a band across the middle",
    ("lower", "left"): "mostly the lower left",
    ("lower", "middle"): "mostly the bottom, in the middle",
    ("lower", "right"): "mostly the lower right",
    ("lower", ""): "mostly the lower part",
    ("", "left"): "mostly the left side",
    ("", "middle"): "mostly the middle, from top to bottom",
    ("", "right"): "mostly the right side",
    ("", ""): _ALL_OVER,
}


def explanation_in_words(explanation: Explanation) -> str:
    """Return the class that a model found, how sure it is, and where it looked.

    It says whose words these are: of a photo of the collection, what a learner that had never seen it said can stand
    beside them.

    Args:
        explanation: The class, its probability, and the grid.
    """
    name, sure = one_line(explanation.class_name), percent(explanation.probability)
    if not any(explanation.values):
        return f"The model in use says “{name}”, {sure} sure. No single place speaks for it."
    return f"The model in use says “{name}”, {sure} sure. It looked at: {place_in_words(explanation)}."


def place_in_words(explanation: Explanation) -> str:
    """Return where a model looked, by thirds of the photo.

    Args:
        explanation: The grid.

    Example:
        >>> from pathlib import Path
        >>> values = (0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 1.0, 0.2, 0.0)
        >>> place_in_words(Explanation(Path("a.jpg"), "robin", 0.9, 3, 3, values))
        'mostly the lower left'
    """
    height, width = explanation.height, explanation.width
    counted = [value if value >= _LEAST else 0.0 for value in explanation.values]
    rows = [sum(counted[row * width : (row + 1) * width]) for row in range(height)]
    columns = [sum(counted[column::width]) for column in range(width)]
    return _PLACES[_third(rows, ("upper", "middle", "lower")), _third(columns, ("left", "middle", "right"))]


def _third(sums: Sequence[float], names: Sequence[str]) -> str:
    """Return the name of the third that holds most of it; empty where none does."""
    total = sum(sums)
    if not total:
        return ""
    shares = [0.0] * len(names)
    for place, value in enumerate(sums):
        # A row may lie in two thirds.
        for third in range(len(names)):
            start, end = third * len(sums) / len(names), (third + 1) * len(sums) / len(names)
            shares[third] += value * max(0.0, min(place + 1, end) - max(place, start)) / total
    most = max(range(len(names)), key=shares.__getitem__)
    return names[most] if shares[most] > _MOSTLY else ""
