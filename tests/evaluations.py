"""Evaluations from the counts of a confusion matrix."""

from collections.abc import Sequence

from tlgui.learning.assessment.wilson import wilson_interval
from tlgui.learning.results import ClassResult, Evaluation
from tlgui.photos.collection import Part


def evaluation_of(
    names: Sequence[str], confusion: Sequence[Sequence[int]], part: Part | None = Part.VALIDATION
) -> Evaluation:
    """Return the evaluation with a confusion matrix: rows are true classes, columns predicted ones."""
    photos = [sum(row) for row in confusion]
    predicted = [sum(column) for column in zip(*confusion, strict=True)]
    right = [confusion[place][place] for place in range(len(names))]
    return Evaluation(
        part=part,
        photo_count=sum(photos),
        accuracy=sum(right) / sum(photos),
        interval=wilson_interval(sum(right), sum(photos)),
        loss=0.5,
        classes=tuple(
            ClassResult(
                name,
                photos[place],
                right[place] / photos[place] if photos[place] else None,
                right[place] / predicted[place] if predicted[place] else None,
            )
            for place, name in enumerate(names)
        ),
        confusion=tuple(map(tuple, confusion)),
    )


def one_class_only() -> Evaluation:
    """Return the evaluation of a model that names the larger of two classes, of 54 and of 6 photos, every time."""
    return evaluation_of(("robin", "wren"), ((54, 0), (6, 0)))
