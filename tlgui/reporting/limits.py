"""What a model should not be used for, in plain words, from the facts that are known of it."""

from collections.abc import Sequence

from tlgui.learning.results import ClassResult, Evaluation, ModelSummary
from tlgui.photos.counting import listed
from tlgui.photos.names import one_line
from tlgui.text.numbers import count
from tlgui.text.trust import NEARLY_TRUE

# With fewer judged photos, the figures of a class, and of all classes together, say little.
_FEW_OF_A_CLASS, _FEW = 20, 100
_POORLY_RECOGNISED = 0.5
_NAMES_SHOWN = 8


def intended_use(model: ModelSummary) -> str:
    """Return what a model is made for, in one sentence."""
    names = _listed(model.class_names)
    return f"Naming photos that are like those it learned from, and show one of these: {names}."


def limits(model: ModelSummary) -> tuple[str, ...]:
    """Return what a model should not be used for, a sentence or two each, the gravest first.

    Args:
        model: The facts in its file.
    """
    evaluation = model.evaluation
    found: list[str] = []
    if evaluation is None or evaluation.photo_count == 0:
        found.append("How good it is was never measured. Do not rely on it before it was judged by photos of its own.")
    else:
        found += _of_the_figures(evaluation)
        found += _of_the_classes(evaluation)
    found += _of_the_trust(model)
    found.append(
        "Photos from another camera, place or season, or with another background, can be harder: the figures here say "
        "nothing of them."
    )
    found.append("Look yourself before anything is done that cannot be undone, or that concerns people.")
    return tuple(found)


def _of_the_figures(evaluation: Evaluation) -> list[str]:
    found = []
    baseline = evaluation.baseline
    if baseline is not None and not baseline.is_beaten:
        name = one_line(baseline.class_name)
        found.append(f"It is not shown to be better than always saying “{name}”. Do not use it as it is.")
    if evaluation.photo_count < _FEW:
        found.append(
            f"It was judged by {count('photo', evaluation.photo_count)} only: its figures may be far from the truth."
        )
    return found


def _of_the_classes(evaluation: Evaluation) -> list[str]:
    def named(results: list[ClassResult]) -> str:
        return _listed([result.name for result in results])

    judged = [result for result in evaluation.classes if result.photo_count]
    unjudged = [result for result in evaluation.classes if not result.photo_count]
    missed = [result for result in judged if result.recall == 0]
    poor = [result for result in judged if result.recall and result.recall < _POORLY_RECOGNISED]
    few = [result for result in judged if result.photo_count < _FEW_OF_A_CLASS]
    found = []
    if missed:
        found.append(f"It recognised no photo of {named(missed)}. Do not use it to find them.")
    if poor:
        found.append(f"It recognised fewer than half of the photos of {named(poor)}. Do not use it to find them all.")
    if unjudged:
        found.append(f"There was no photo to judge {named(unjudged)} by: how well it knows them is not known.")
    if few:
        found.append(
            f"There were fewer than {_FEW_OF_A_CLASS} photos to judge {named(few)} by: these figures are rough."
        )
    if evaluation.is_unequal:
        largest = max(judged, key=lambda result: result.photo_count)
        smallest = min(judged, key=lambda result: result.photo_count)
        found.append(
            f"Its classes are unequal, from {count('photo', smallest.photo_count)} of “{one_line(smallest.name)}” to "
            f"{largest.photo_count:,} of “{one_line(largest.name)}”: where a photo could be either, it leans to the "
            "larger class."
        )
    return found


def _of_the_trust(model: ModelSummary) -> list[str]:
    trust = model.trust
    if trust is None:
        return [
            "How true its percentages are is not known, and it never answers “not sure” or “unlike anything it "
            "learned”: a photo of something else gets one of its names too. A new training tells all this."
        ]
    found = []
    if trust.reliability.calibration_error > NEARLY_TRUE:
        found.append("Its percentages are not true: do not take them for how often it is right.")
    if all(promise.threshold is None for promise in trust.promises):
        found.append("It cannot promise anything of its answers: there were too few photos, or too many mistakes.")
    if trust.novelty is None:
        found.append("It cannot tell a photo of something else: that gets one of its names too.")
    else:
        found.append(
            "It does not know anything but its classes. Most photos of other things are held back as unlike what it "
            "learned, but what looks much like one of its classes can still get that name."
        )
    return found


def _listed(names: Sequence[str]) -> str:
    return listed([one_line(name) for name in names], most=_NAMES_SHOWN)
