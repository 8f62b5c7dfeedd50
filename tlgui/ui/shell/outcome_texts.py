"""Texts of the message bar about what a job did."""

from collections.abc import Sequence
from pathlib import Path

from tlgui.learning.results import ExportResult, ModelSummary
from tlgui.photos.names import one_line, shown_name
from tlgui.text.numbers import count, size_in_words

_FAILED_SHOWN = 3


def listed_problems(problems: Sequence[tuple[Path, str]]) -> str:
    """Return the first few files that failed, each with its reason, on a line of its own."""
    lines = [f"“{shown_name(path)}”: {reason}" for path, reason in problems[:_FAILED_SHOWN]]
    more = len(problems) - _FAILED_SHOWN
    return "\n".join([*lines, *([f"And {count('file', more)} more."] if more > 0 else [])])


def classes_line(model: ModelSummary) -> str:
    """Return how many classes a model has, and the first few of them."""
    names = ", ".join(map(one_line, model.class_names[:6])) + ("…" if len(model.class_names) > 6 else "")
    return f"It knows {count('class', len(model.class_names))}: {names}."


def export_line(result: ExportResult) -> str:
    """Return how an export was compared with the model, its size and its folder."""
    what = "drawn picture" if result.used_drawn_pictures else "photo"
    return (
        f"Loaded again and compared on {count(what, result.compared_count)}: the largest difference is "
        f"{result.largest_difference:.2g}. {size_in_words(result.size_bytes)}, in {one_line(str(result.path.parent))}."
    )
