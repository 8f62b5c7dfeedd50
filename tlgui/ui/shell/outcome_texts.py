"""Texts of the message bar about what a job did."""

from collections.abc import Sequence
from pathlib import Path

from tlgui.learning.results import ExportResult, ModelSummary
from tlgui.photos.mending.mender import Mended
from tlgui.photos.names import one_line, shown_name
from tlgui.text.numbers import count, size_in_words

TRAIN_AGAIN = "Train again so that the model learns from them."
"""What is to be done after photos were added."""

FAILED_SHOWN = 3


def listed_problems(problems: Sequence[tuple[Path, str]]) -> str:
    """Return the first few files that failed, each with its reason, on a line of its own."""
    lines = [f"“{shown_name(path)}”: {reason}" for path, reason in problems[:FAILED_SHOWN]]
    more = len(problems) - FAILED_SHOWN
    return "\n".join([*lines, *([f"And {count('file', more)} more."] if more > 0 else [])])


def classes_line(model: ModelSummary) -> str:
    """Return how many classes a model has, and the first few of them."""
    names = ", ".join(map(one_line, model.class_names[:6])) + ("…" if len(model.class_names) > 6 else "")
    return f"It knows {count('class', len(model.class_names))}: {names}."


def mended_line(mended: Mended) -> str:
    """Return what a mending did, with the folders that it left empty."""
    if not mended.emptied:
        return mended.words
    names = [f"“{shown_name(folder)}”" for folder in mended.emptied]
    what = f"{names[0]} is" if len(names) == 1 else f"{len(names):,} folders are"
    return f"{mended.words.removesuffix('.')}, and {what} empty now."


def remove_button(mended: Mended) -> str:
    """Return the text of the button that removes the folders which a mending left empty, with its mnemonic."""
    return "Remove the empty folder" if len(mended.emptied) == 1 else "Remove the empty folders"


def export_line(result: ExportResult) -> str:
    """Return how an export was compared with the model, its size and its folder."""
    what = "drawn picture" if result.used_drawn_pictures else "photo"
    return (
        f"Loaded again and compared on {count(what, result.compared_count)}: the largest difference is "
        f"{result.largest_difference:.2g}. {size_in_words(result.size_bytes)}, in {one_line(str(result.path.parent))}."
    )
