"""The report on a model, a model card: what it is, how good it is, and what it should not be used for.

What a model card holds follows M. Mitchell et al., "Model cards for model reporting", FAT* 2019: model details,
intended use, metrics with their ranges, evaluation data, and caveats, as far as the program knows them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tlgui.learning.assessment.wilson import wilson_interval
from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.recipes.recipe import EVERY_EPOCH, NEVER, Recipe
from tlgui.learning.results import ClassResult, Evaluation, MistakenPhoto, ModelSummary
from tlgui.learning.trust import Trust
from tlgui.photos.names import one_line, shown_name
from tlgui.reporting.blocks import Block, Drawing, Points, Report, Section, Table, Text, section, text
from tlgui.reporting.limits import intended_use, limits
from tlgui.reporting.reliability_drawing import reliability_drawing
from tlgui.reporting.small_pictures import MOST_PICTURES, gallery
from tlgui.text.accuracy import accuracy_in_words, accuracy_notes, interval_ends, share_or_none
from tlgui.text.numbers import count, duration_in_words, percent, stop_reason_in_words
from tlgui.text.trust import (
    bin_title,
    judged_by_in_words,
    judged_in_words,
    judged_title,
    no_promises_in_words,
    reliability_in_words,
    trust_check_in_words,
    unpromised_in_words,
    wrong_at_most_in_words,
)

_MIX_UPS_SHOWN = 12
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_NOT_MEASURED = "How good this model is was not measured: there were no photos to judge it by."
_MAY_HAVE_LEARNED = (
    "All photos of the folder were used. If the model learned from some of them, it does worse on new ones than all "
    "this says."
)
_TRUST_UNKNOWN = (
    "How true its percentages are is not known of this model. A new training tells, and lets it answer “not sure” and "
    "“unlike anything it learned”, where there are enough photos."
)


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What a report is made from.

    Args:
        name: What the model is called.
        model: The facts in its file.
        class_counts: The photos of each class in its collection; empty where the collection is not known.
        measured: An evaluation made for the report, with the words for its photos, such as “the folder “New birds””.
        mistakes: The photos that it named wrongly, to be shown; None leaves them out.
    """

    name: str
    model: ModelSummary
    class_counts: Mapping[str, int] = field(default_factory=dict)
    measured: tuple[str, Evaluation] | None = None
    mistakes: Sequence[MistakenPhoto] | None = None


def model_report(facts: ReportFacts, checkpoint: Callable[[], None] = lambda: None) -> Report:
    """Return the report on a model.

    Args:
        facts: What is known of it.
        checkpoint: Called for each picture that is read; raises `Cancelled` to stop.
    """
    model = facts.model
    evaluation = model.evaluation
    sections = (
        section("What it is", _what_it_is(facts)),
        section("What it is for", Text((intended_use(model),))),
        section("What it should not be used for", Points(limits(model))),
        _how_good(model),
        _measured(facts),
        section("Its classes", _classes(evaluation, facts.class_counts)) if evaluation is not None else None,
        section("What it mixes up", _mix_ups(evaluation)) if evaluation is not None else None,
        *_trust(model.trust, model.evaluation_of_trust),
        _mistakes(facts, checkpoint),
        section("How it was trained", _training(model)),
        section("Made with", Table(("", ""), model.versions, has_figures=False)),
    )
    lead = accuracy_in_words(evaluation) + "." if evaluation is not None else _NOT_MEASURED
    return Report(one_line(facts.name), lead, tuple(part for part in sections if part is not None))


def _what_it_is(facts: ReportFacts) -> Table:
    model = facts.model
    rows = [
        ("Name", facts.name),
        ("Made on", _date(model.created)),
        ("Names photos as", f"one of {count('class', len(model.class_names))}"),
        ("Learned from", count("photo", model.photo_count)),
        ("Recipe", model.recipe.name),
        ("File", shown_name(model.path)),
    ]
    return Table(("", ""), tuple(rows), has_figures=False)


def _date(created: str) -> str:
    try:
        made = datetime.fromisoformat(created)
    except ValueError:
        return created
    return f"{made.day} {_MONTHS[made.month - 1]} {made.year}"


def _how_good(model: ModelSummary) -> Section | None:
    evaluation = model.evaluation
    if evaluation is None:
        return section("How often it is right", Text((_NOT_MEASURED,)))
    also = [_judged_row(judged_title(other), other) for other in model.more_evaluations if other.photo_count]
    headings = ("Judged also by", "Right", "Between")
    return section(
        "How often it is right",
        text([judged_in_words(evaluation), *accuracy_notes(evaluation)]),
        Table(headings, tuple(also)) if also else None,
    )


def _measured(facts: ReportFacts) -> Section | None:
    """Return what was measured for this report."""
    if facts.measured is None:
        return None
    where, evaluation = facts.measured
    warning = _MAY_HAVE_LEARNED if evaluation.part is None else ""
    notes = [judged_in_words(evaluation), warning, *accuracy_notes(evaluation)]
    return section(
        f"Measured for this report: {where}",
        text([f"{accuracy_in_words(evaluation)}.", *notes]),
        _classes(evaluation, {}),
        _mix_ups(evaluation),
        text(trust_check_in_words(evaluation.trust)) if evaluation.trust is not None else None,
    )


def _judged_row(title: str, evaluation: Evaluation) -> tuple[str, str, str]:
    low, high = interval_ends(evaluation.interval)
    return title, percent(evaluation.accuracy), f"{low} and {high} %"


def _classes(evaluation: Evaluation, counts: Mapping[str, int]) -> Table:
    headings = ["Class", "Judged photos", "Recognised", "Between", "Rightly so"]
    if counts:
        headings.insert(1, "Photos")
    rows = []
    for result in evaluation.classes:
        row = [result.name, f"{result.photo_count:,}", share_or_none(result.recall), _range(result)]
        row.append(share_or_none(result.precision))
        if counts:
            row.insert(1, f"{counts.get(result.name, 0):,}")
        rows.append(tuple(row))
    return Table(tuple(headings), tuple(rows))


def _range(result: ClassResult) -> str:
    if result.recall is None:
        return "—"
    low, high = interval_ends(wilson_interval(round(result.recall * result.photo_count), result.photo_count))
    return f"{low} and {high} %"


def _mix_ups(evaluation: Evaluation) -> Block:
    found = [
        (number, true.name, taken.name, true.photo_count)
        for true, row in zip(evaluation.classes, evaluation.confusion, strict=True)
        for taken, number in zip(evaluation.classes, row, strict=True)
        if number and true is not taken
    ]
    if not found:
        return Text(("It mixed up none of these photos.",))
    found.sort(key=lambda mix_up: (-mix_up[0], mix_up[1:]))
    rows = tuple(
        (f"“{one_line(true)}” called “{one_line(taken)}”", f"{number:,} of {total:,}")
        for number, true, taken, total in found[:_MIX_UPS_SHOWN]
    )
    return Table(("What happened", "Photos"), rows)


def _trust(trust: Trust | None, evaluation: Evaluation | None) -> tuple[Section | None, ...]:
    if trust is None:
        return (section("Can its percentages be believed?", Text((_TRUST_UNKNOWN,))),)
    return (
        section("Can its percentages be believed?", *_reliability(trust)),
        section(
            "When it answers “not sure”",
            text([_of_promises(trust)]),
            _promises(trust),
            text(_unpromised(trust, evaluation)),
        ),
        section("Photos unlike anything it learned", Text((_novelty(trust),))),
    )


def _reliability(trust: Trust) -> tuple[Text | Drawing | Table | None, ...]:
    filled = [part for part in trust.reliability.bins if part.photo_count]
    rows = tuple(
        (bin_title(part), f"{part.photo_count:,}", percent(part.right_count / part.photo_count)) for part in filled
    )
    error = f"On average they are {percent(trust.reliability.calibration_error)} beside the truth."
    return (
        text([reliability_in_words(trust.reliability), error, judged_by_in_words(trust)]),
        reliability_drawing(trust.reliability) if filled else None,
        Table(("When it says", "Photos", "Right"), rows) if rows else None,
    )


def _of_promises(trust: Trust) -> str:
    return (
        "Whoever uses it chooses how often it may be wrong; what it is less sure of is then answered with “not sure”. "
        f"The promises hold for photos like the {trust.photo_count:,} they were measured on; chance breaks them in at "
        "most 1 of 20 models."
    )


def _promises(trust: Trust) -> Table:
    rows = [
        (
            wrong_at_most_in_words(promise.wrong_at_most),
            share_or_none(promise.threshold),
            percent(promise.named_share) if promise.threshold is not None else "—",
        )
        for promise in trust.promises
    ]
    return Table(("The wish", "Sure enough from", "Photos still named"), tuple(rows))


def _unpromised(trust: Trust, evaluation: Evaluation | None) -> list[str]:
    return [" ".join(no_promises_in_words(trust)), unpromised_in_words(trust.promises, evaluation)]


def _novelty(trust: Trust) -> str:
    limit = trust.novelty
    if limit is None:
        return "It keeps nothing of its training photos, so it cannot tell a photo that is unlike all of them."
    return (
        f"A photo is held back when it is farther than {limit.limit:.3f} from the {_ordinal(limit.neighbour)} nearest "
        f"of {limit.vector_count:,} training photos, by the angle between what the network says of them. Of its own "
        f"collection, {percent(limit.held_back_share)} is held back."
    )


def _ordinal(number: int) -> str:
    if number % 100 in {11, 12, 13}:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _mistakes(facts: ReportFacts, checkpoint: Callable[[], None]) -> Section | None:
    if facts.mistakes is None:
        return None
    found = gallery(facts.mistakes, checkpoint)
    if found is None:
        return section("Photos it got wrong", Text(("None.",)))
    total = len(facts.mistakes)
    which = f"The {MOST_PICTURES} of {total:,} it was surest of." if total > MOST_PICTURES else "The surest first."
    return section("Photos it got wrong", Text((which,)), found)


def _training(model: ModelSummary) -> Table:
    recipe = model.recipe
    rows = [
        ("What the recipe is", recipe.description),
        ("Network", BACKBONE_TITLES[recipe.backbone].title),
        ("What it sees of a photo", f"{model.input_size} by {model.input_size} pixels, squeezed to a square"),
        ("What was trained", _trained(recipe)),
        ("Variations of photos", _variations(recipe)),
        ("How it ended", stop_reason_in_words(model.stop_reason, len(model.history))),
        ("How long it took", duration_in_words(model.seconds)),
        ("On", model.device),
        ("Seed", str(recipe.seed)),
    ]
    return Table(("", ""), tuple(row for row in rows if row[1]), has_figures=False)


def _trained(recipe: Recipe) -> str:
    units = recipe.head.dense_units
    head = f"a hidden layer of {units:,} units and the last layer" if units else "the last layer"
    if recipe.fine_tuning.when == NEVER:
        return f"{head[0].upper()}{head[1:]}; the network below stayed as it was"
    first = recipe.fine_tuning.from_block
    return f"{head[0].upper()}{head[1:]}, and the network below {f'from “{first}” on' if first else 'as a whole'}"


def _variations(recipe: Recipe) -> str:
    if recipe.augmentation.when == EVERY_EPOCH:
        return "New ones in each epoch"
    return f"{recipe.augmentation.copies:,} of each" if recipe.augmentation.copies else ""
