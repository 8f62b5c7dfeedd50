"""Most headless commands: each runs the job that the window runs, and writes the result in words or as JSON."""

import argparse
import shlex
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

from tlgui.cli import engine
from tlgui.cli.compare import Score, compare_recipes, score_header, score_row
from tlgui.cli.layout_options import layout_wish, write_layout
from tlgui.cli.left_out import LeftOut
from tlgui.cli.recipe_options import chosen_recipe, compared_recipes, recipe_of
from tlgui.cli.report import write_report
from tlgui.cli.terminal import Terminal
from tlgui.engine.protocol import (
    EstimateRequest,
    EvaluateRequest,
    ExportRequest,
    TrainRequest,
)
from tlgui.errors import Cancelled, CollectionError, SettingError, TlguiError
from tlgui.exporting.export_formats import details_path, format_by_id
from tlgui.exporting.placing import check_target
from tlgui.files import targets
from tlgui.learning.backbones.photo_sizes import for_photos
from tlgui.learning.model_file.archive import read_summary
from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.learning.recipes.recipe import Recipe, recipe_text
from tlgui.learning.results import Evaluation, MistakenPhoto, ModelSummary, PhotosMistaken
from tlgui.learning.trust import Caution
from tlgui.photos.collection import Collection, Part
from tlgui.photos.names import one_line
from tlgui.photos.reading import read_folder
from tlgui.photos.samples import SAMPLE_CLASSES, draw_sample_photos
from tlgui.photos.scanning.closer_look import PICTURE_SIDE, look_closer
from tlgui.photos.scanning.scan import Survey
from tlgui.photos.scanning.search import find_photos
from tlgui.photos.split import check_divisible
from tlgui.progress import Event
from tlgui.text.accuracy import accuracy_in_words, accuracy_notes, share_or_none
from tlgui.text.backbones import smaller_backbone_in_words
from tlgui.text.numbers import (
    cost_in_words,
    cost_notes,
    count,
    duration_in_words,
    memory_warning,
    size_in_words,
    stop_reason_in_words,
)
from tlgui.text.trust import caution_notes, judged_title, trust_check_in_words, unpromised_in_words

Command = Callable[[argparse.Namespace, Terminal], None]

_MISTAKES_SHOWN = 10
_TEXT_WIDTH = 90
_PHOTOS_COMPARED = 32


def compare(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """`tlgui compare FOLDER`: train recipes one after another, and report the accuracy of each."""
    recipes = compared_recipes(arguments.recipes, arguments.settings, arguments.weights)
    own = all(recipe.split.use_own for recipe in recipes)
    left_out = LeftOut(terminal)
    collection = surveyed(
        arguments,
        terminal,
        left_out,
        check=lambda found: check_divisible(found, use_own=own),
        size=recipes[0].input_size,
        loads_engine=True,
    ).collection
    recipes = tuple(fitted(recipe, collection, terminal) for recipe in recipes)
    perform = engine.load_engine(terminal)
    scores: list[Score] = []

    def train_one(request: TrainRequest) -> ModelSummary:
        seed = f", seed {request.recipe.seed}" if arguments.seeds > 1 else ""
        within = f"{len(scores) + 1} of {len(recipes)}: {request.recipe.name}{seed}: "
        return perform(request, terminal.context(left_out.listen, within=within))

    terminal.write(score_header(arguments.seeds))
    try:
        for score in compare_recipes(collection, recipes, arguments.seeds, train_one):
            scores.append(score)
            terminal.write(score_row(score))
    except Cancelled:
        if not scores:
            raise
        terminal.note("note: Stopped; what was under way is left out.")
    terminal.write_json({"folder": arguments.folder.absolute(), "scores": scores, "left_out": left_out.result()})
    if all(score.problem for score in scores):
        raise TlguiError("No recipe could be trained.", "The lines above say why.")


def recipes(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """`tlgui recipes`: list the built-in recipes, or show every value of one."""
    if arguments.show is not None:
        recipe = chosen_recipe(arguments.show, ())
        terminal.write(*recipe_text(recipe).rstrip().split("\n"))
        terminal.write_json({"recipe": recipe})
        return
    for recipe_id, recipe in BUILT_IN.items():
        terminal.write(f"{recipe_id:<20}{recipe.name}")
        terminal.write(*(" " * 20 + line for line in textwrap.wrap(recipe.description, _TEXT_WIDTH)))
    terminal.write_json({"recipes": BUILT_IN})


def estimate(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """`tlgui estimate FOLDER`: report the time and memory of a training, from two batches of the photos, timed now."""
    recipe = recipe_of(arguments)
    left_out = LeftOut(terminal)
    found = surveyed(
        arguments,
        terminal,
        left_out,
        divides=False,
        check=lambda collection: check_divisible(collection, use_own=recipe.split.use_own),
    )
    recipe = fitted(recipe, found.collection, terminal)
    cost = engine.perform(EstimateRequest(found.collection, recipe), terminal, left_out.listen)
    for sentence in (f"{cost_in_words(cost, recipe)}.", *cost_notes(cost), memory_warning(cost)):
        if sentence:
            terminal.write(sentence)
    # An estimate is to be quick; the closer look of a training decodes every photo.
    not_looked_at = sum(facts.look is None for facts in found.facts.values())
    if not_looked_at:
        terminal.note(
            f"note: A training first takes a closer look at {count('photo', not_looked_at)}, once. That time is not in "
            "the estimate, and photos that turn out to be damaged are left out then."
        )
    terminal.write_json({"recipe": recipe.name, "estimate": cost, "not_looked_at": not_looked_at})


def evaluate(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """`tlgui evaluate MODEL.tlmodel FOLDER`: report the accuracy of a model, in all and for each class."""
    if arguments.report is not None:
        targets.check_target(arguments.report, targets.REPORT)
    elif arguments.with_pictures:
        raise SettingError("--with-pictures shows photos in a report.", "Give --report FILE.html too.")
    model = read_summary(arguments.model)
    left_out = LeftOut(terminal)
    divides = arguments.part not in {None, "all"}
    collection = surveyed(arguments, terminal, left_out, divides=divides).collection
    part = evaluated_part(arguments.part, collection)
    mistakes: list[MistakenPhoto] = []

    def listen(event: Event) -> None:
        left_out.listen(event)
        if isinstance(event, PhotosMistaken):
            mistakes.extend(event.photos)

    result = engine.perform(EvaluateRequest(arguments.model.absolute(), collection, part), terminal, listen)
    write_accuracy(result, terminal)
    if part is None and arguments.part is None:
        terminal.note(
            "note: All photos of the folder were used. If the model learned from some of them, all that is measured "
            "here is worse on new ones; --part validation keeps to those it did not learn from."
        )
    _write_classes(result, terminal)
    _write_trust(result, model, terminal)
    if arguments.report is not None:
        shown = mistakes if arguments.with_pictures else None
        write_report(arguments.report, model, collection, result, shown, terminal)
    terminal.write_json({"evaluation": result, "left_out": left_out.result()})


def export(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """`tlgui export MODEL.tlmodel --format … --out PATH`: write the model for another program, and check it."""
    out = arguments.out.absolute()
    check_target(out, format_by_id(arguments.format))
    read_summary(arguments.model)
    photos: Sequence[Path] = ()
    if arguments.photos is not None:
        found = find_photos([arguments.photos], terminal.context())
        if not found:
            raise CollectionError(f"There are no photos in {arguments.photos}.", "Choose another folder.")
        photos = found[:: max(1, len(found) // _PHOTOS_COMPARED)][:_PHOTOS_COMPARED]
    request = ExportRequest(
        arguments.model.absolute(), arguments.format, out, tuple(photos), with_distance=arguments.with_distance
    )
    result = engine.perform(request, terminal)
    pictures = ("picture" if photos else "drawn picture") if result.used_drawn_pictures else "photo"
    terminal.write(
        f"Loaded again and compared on {count(pictures, result.compared_count)}: "
        f"the largest difference is {result.largest_difference:.2g}."
    )
    terminal.write(f"Saved as {result.path} ({size_in_words(result.size_bytes)})")
    if details_path(result.path).is_file():
        terminal.write(f"From when on an answer is sure enough is in {details_path(result.path)}")
    terminal.write_json({"export": result})


def info(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """`tlgui info MODEL.tlmodel`: show a model's classes, recipe, accuracy and versions."""
    model = read_summary(arguments.model)
    for name, value in _facts(model):
        terminal.write(f"{name:<16}{value}")
    terminal.write_json({"model": model})


def sample_photos(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """`tlgui sample-photos DIR`: draw a small collection to try things on."""
    folder = arguments.folder.absolute()
    draw_sample_photos(folder, context=terminal.context())
    terminal.write(f"Drew {', '.join(SAMPLE_CLASSES)} in {folder}")
    terminal.write("Next: " + shlex.join(["tlgui", "train", str(folder), "--out", f"{folder.name}.tlmodel"]))
    terminal.write_json({"folder": folder, "classes": SAMPLE_CLASSES})


def evaluated_part(wish: str | None, collection: Collection) -> Part | None:
    """Return the part to evaluate; None for all photos.

    Args:
        wish: The value of `--part`. Without one, these are the photos in the folder's own test folder, else in its own
            validation folder, else all.
        collection: The photos.
    """
    if wish is not None:
        return None if wish == "all" else Part(wish)
    own = {photo.part for photo in collection.photos()}
    return next((part for part in (Part.TEST, Part.VALIDATION) if part in own), None)


def surveyed(
    arguments: argparse.Namespace,
    terminal: Terminal,
    left_out: LeftOut,
    *,
    divides: bool = True,
    check: Callable[[Collection], None] = lambda _collection: None,
    size: int = PICTURE_SIDE,
    loads_engine: bool = False,
) -> Survey:
    """Read a folder, and write to standard error which files are left out.

    Args:
        arguments: The folder, and how it is to be read.
        terminal: Shows the progress.
        left_out: Writes which files are left out.
        divides: Whether the photos will be divided into parts. Then a closer look finds near copies, which must be in
            one part, and photos whose pixels cannot be decoded.
        check: Raises an error for a collection that cannot be used, before the closer look, which takes longer.
        size: Side in pixels of the pictures that the closer look keeps for the network.
        loads_engine: Whether TensorFlow is loaded during the closer look.

    Returns:
        The survey, with the closer look where the photos will be divided.
    """
    found = read_folder(arguments.folder, terminal.context(), layout_wish(arguments))
    write_layout(found.collection, terminal)
    check(found.collection)
    if loads_engine:
        engine.begin_loading()
    found = look_closer(found, terminal.context(), size=size) if divides else found
    left_out.report_problems(found.collection)
    return found


def fitted(recipe: Recipe, collection: Collection, terminal: Terminal) -> Recipe:
    """Return the recipe with the backbone that suits the size of the photos, and write why it is another one."""
    if sentence := smaller_backbone_in_words(recipe, collection):
        terminal.note(f"note: {recipe.name}: {sentence}")
    return for_photos(recipe, collection)


def write_accuracy(evaluation: Evaluation | None, terminal: Terminal) -> None:
    """Write the accuracy of a model, where it was measured."""
    if evaluation is not None:
        terminal.write(f"{accuracy_in_words(evaluation)}, on {judged_title(evaluation)}")
        terminal.write(*accuracy_notes(evaluation))


def _write_classes(evaluation: Evaluation, terminal: Terminal) -> None:
    width = max(len(one_line(result.name)) for result in evaluation.classes) + 2
    terminal.write("", f"{'class':<{width}}{'photos':>8}{'recognised':>12}{'rightly so':>12}")
    for result in evaluation.classes:
        name, recall, precision = one_line(result.name), share_or_none(result.recall), share_or_none(result.precision)
        terminal.write(f"{name:<{width}}{result.photo_count:>8,}{recall:>12}{precision:>12}")
    mistakes = [
        (number, true.name, taken.name)
        for true, row in zip(evaluation.classes, evaluation.confusion, strict=True)
        for taken, number in zip(evaluation.classes, row, strict=True)
        if number and true is not taken
    ]
    for number, true_name, taken_name in sorted(mistakes, reverse=True)[:_MISTAKES_SHOWN]:
        terminal.write(f"{count('photo', number)} of {true_name} taken for {taken_name}")


def _write_trust(evaluation: Evaluation, model: ModelSummary, terminal: Terminal) -> None:
    """Write how far the answers can be trusted on these photos, and what the model cannot tell."""
    if evaluation.trust is not None:
        terminal.write("", *trust_check_in_words(evaluation.trust))
        promises = model.trust.promises if model.trust is not None else ()
        unpromised = unpromised_in_words(promises, model.evaluation_of_trust)
        for note in filter(None, (unpromised, *caution_notes(model.trust, Caution(None)))):
            terminal.note(f"note: {note}")


def _facts(model: ModelSummary) -> list[tuple[str, str]]:
    facts = [
        ("Model", str(model.path)),
        ("Classes", f"{len(model.class_names)}: {', '.join(model.class_names)}"),
        ("Recipe", model.recipe.name),
        ("Backbone", model.backbone),
        ("Input", f"{model.input_size} x {model.input_size} pixels"),
        ("Made", model.created),
        ("Learned from", f"{count('photo', model.photo_count)} in {duration_in_words(model.seconds)}"),
        ("Training", stop_reason_in_words(model.stop_reason, len(model.history))),
    ]
    if model.evaluation is not None:
        judged = f"{accuracy_in_words(model.evaluation)}, on {count('photo', model.evaluation.photo_count)}"
        facts.append(("Accuracy", judged))
    facts.append(("Made with", ", ".join(f"{name} {version}" for name, version in model.versions)))
    return facts
