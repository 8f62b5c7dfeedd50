"""`tlgui doubts`: rank the photos that are probably in the wrong folder."""

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tlgui import files
from tlgui.cli import engine
from tlgui.cli.commands import fitted, surveyed
from tlgui.cli.left_out import LeftOut
from tlgui.cli.terminal import Terminal
from tlgui.engine.protocol import JudgeRequest
from tlgui.files import targets
from tlgui.learning.assessment.doubts import rank_doubts
from tlgui.learning.model_file.archive import read_summary
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import NO_WEIGHTS, Recipe
from tlgui.learning.trust import PhotoJudgement
from tlgui.photos.names import one_line
from tlgui.photos.places import outside
from tlgui.photos.split import check_divisible
from tlgui.photos.storage.choices import Choices
from tlgui.text.csv_tables import doubts_csv
from tlgui.text.numbers import count, percent


def doubts(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """`tlgui doubts FOLDER`: judge each photo by a head that never saw it, and rank those that look like others."""
    if arguments.csv is not None:
        targets.check_target(arguments.csv, targets.TABLE)
    recipe = _recipe(arguments, terminal)
    left_out = LeftOut(terminal)
    collection = surveyed(
        arguments,
        terminal,
        left_out,
        check=lambda found: check_divisible(found, use_own=False),
        size=recipe.input_size,
        loads_engine=True,
    ).collection
    recipe = fitted(recipe, collection, terminal)
    judged = engine.perform(JudgeRequest(collection, recipe), terminal, left_out.listen)
    found = _unanswered(judged, collection.folder)
    if found:
        terminal.write(
            f"{count('photo', len(found))} of {len(judged):,} look more like another class. Look at the first ones "
            "first; that a photo is in the list does not make it wrong."
        )
    else:
        terminal.write(f"None of {count('photo', len(judged))} looks as if it were in the wrong folder.")
    terminal.write(*(_line(doubt) for doubt in found))
    if arguments.csv is not None:
        doubts_csv(arguments.csv, found)
        terminal.note(f"Saved as {arguments.csv}")
    terminal.write_json(
        {
            "folder": collection.folder,
            "recipe": recipe.name,
            "photo_count": len(judged),
            "doubts": [{"path": outside(doubt.place, collection.folder), **asdict(doubt)} for doubt in found],
            "left_out": left_out.result(),
        }
    )


def _recipe(arguments: argparse.Namespace, terminal: Terminal) -> Recipe:
    """Return the recipe of the model, or Quick."""
    if arguments.model is None:
        return QUICK
    model = read_summary(arguments.model)
    if model.recipe.weights == NO_WEIGHTS:
        terminal.note(f"note: “{arguments.model.name}” has no pretrained backbone; the one of Quick is used.")
        return QUICK
    return model.recipe


def _unanswered(judged: Sequence[PhotoJudgement], folder: Path) -> list[PhotoJudgement]:
    """Return the doubts, without the photos whose class was called right."""
    confirmed = Choices(files.workspace_path(folder), folder).confirmed()
    ranked = rank_doubts(judged, confirmed)
    if not confirmed:
        return list(ranked)
    # The index does not have the digests of files that were just written.
    return [doubt for doubt in ranked if doubt.digest or _digest(outside(doubt.place, folder)) not in confirmed]


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal; empty where it cannot be read any more."""
    try:
        with files.open_regular(path) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _line(doubt: PhotoJudgement) -> str:
    return (
        f"{doubt.place}: looks like {one_line(doubt.named)} ({percent(doubt.probability)}), "
        f"not like {one_line(doubt.class_name)} ({percent(doubt.own_probability)})"
    )
