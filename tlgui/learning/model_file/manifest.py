"""The manifest of a `.tlmodel` as JSON: written from a summary, and read back field by field, each with its rule.

Nothing here needs TensorFlow, so that the facts about a model are read without waiting for it.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tlgui.learning.model_file.trust_json import trust_from, trust_json
from tlgui.learning.recipes.fields import Fields
from tlgui.learning.recipes.recipe import BACKBONE_IDS, LARGEST_INPUT, Recipe
from tlgui.learning.recipes.validation import FieldError
from tlgui.learning.results import ClassResult, Evaluation, Interval, ModelSummary, StopReason
from tlgui.photos.collection import MOST_CLASSES, Part
from tlgui.progress import EpochEnded

# Version 2 added the device, and which epochs trained the backbone too; files of version 1 are read without them.
# Version 3 added the network as ONNX, a member that may be missing.
# Version 4 added the evaluations of other parts, how far the answers can be trusted, and features of training photos, a
# member that may be missing.
FORMAT_VERSION = 4

_MOST_EPOCHS = 100_000
_MOST_EVALUATIONS = 10
_MOST_PHOTOS = 10**9
_CONFUSION_ENTRY = (int, int, int)


def manifest_of(summary: ModelSummary) -> dict[str, Any]:
    """Return a summary as it is written, ready for `json.dumps`.

    Args:
        summary: The summary; its history and path are left out.

    Returns:
        The manifest, without the digests of the other members.

    Raises:
        FieldError: A value breaks its rule, so that the file could not be read again.
    """
    manifest = {
        "format_version": FORMAT_VERSION,
        "class_names": list(summary.class_names),
        "backbone": summary.backbone,
        "input_size": summary.input_size,
        "recipe": summary.recipe.to_json(),
        "created": summary.created,
        "photo_count": summary.photo_count,
        "evaluation": None if summary.evaluation is None else _evaluation_json(summary.evaluation),
        "seconds": summary.seconds,
        "stop_reason": summary.stop_reason.value,
        "versions": dict(summary.versions),
        "device": summary.device,
        "more_evaluations": [_evaluation_json(each) for each in summary.more_evaluations],
        "trust": None if summary.trust is None else trust_json(summary.trust),
    }
    summary_from(manifest, history_of(summary), summary.path)
    return manifest


def epochs_json(history: Sequence[EpochEnded]) -> list[dict[str, Any]]:
    """Return epochs as they are written, ready for `json.dumps`; a loss that is not finite becomes null."""
    return [
        {
            "epoch": epoch.epoch,
            "epochs": epoch.epochs,
            "loss": _measure(epoch.loss),
            "accuracy": _measure(epoch.accuracy),
            "validation_loss": _measure(epoch.validation_loss),
            "validation_accuracy": _measure(epoch.validation_accuracy),
            "learning_rate": _measure(epoch.learning_rate),
            "seconds": epoch.seconds,
            "is_best": epoch.is_best,
            "is_fine_tuning": epoch.is_fine_tuning,
        }
        for epoch in history
    ]


def history_of(summary: ModelSummary) -> list[dict[str, Any]]:
    """Return the epochs of a summary as they are written, ready for `json.dumps`."""
    return epochs_json(summary.history)


def summary_from(manifest: object, history: object, path: Path) -> ModelSummary:
    """Build a summary from what was read, each value checked.

    Args:
        manifest: The parsed `manifest.json`.
        history: The parsed `history.json`.
        path: The file they were read from.

    Returns:
        The summary.

    Raises:
        FieldError: A field is missing, of another type, or breaks its rule.
    """
    fields = Fields(manifest, "manifest")
    class_names = fields.names("class_names", MOST_CLASSES, fewest=1)
    return ModelSummary(
        path=path,
        class_names=class_names,
        backbone=fields.known("backbone", BACKBONE_IDS),
        input_size=fields.whole("input_size", 1, LARGEST_INPUT),
        recipe=fields.settings("recipe", Recipe),
        created=fields.time("created", has_offset=False),
        photo_count=fields.whole("photo_count", 0, _MOST_PHOTOS),
        evaluation=None if fields.is_null("evaluation") else _evaluation(fields.group("evaluation"), class_names),
        history=epochs_from(history),
        seconds=fields.number("seconds", low=0),
        stop_reason=fields.choice("stop_reason", StopReason),
        versions=tuple(fields.group("versions").texts().items()),
        device=fields.text("device") if fields.has("device") else "",
        more_evaluations=_more_evaluations(fields, class_names) if fields.has("more_evaluations") else (),
        trust=trust_from(fields.group("trust"), len(class_names)) if fields.raw("trust") is not None else None,
    )


def _measure(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def epochs_from(data: object) -> tuple[EpochEnded, ...]:
    """Return the epochs that `epochs_json` wrote.

    Args:
        data: The parsed JSON.

    Returns:
        The epochs in the order in which they were written.

    Raises:
        FieldError: It is no list of epochs, or a value breaks its rule.
    """
    entries = Fields({"history": data}, "run").items("history", _MOST_EPOCHS)
    return tuple(_epoch(Fields(entry, "history")) for entry in entries)


def _epoch(fields: Fields) -> EpochEnded:
    return EpochEnded(
        epoch=fields.whole("epoch", 1, _MOST_EPOCHS),
        epochs=fields.whole("epochs", 1, _MOST_EPOCHS),
        loss=fields.measure("loss"),
        accuracy=fields.measure("accuracy"),
        validation_loss=fields.measure("validation_loss"),
        validation_accuracy=fields.measure("validation_accuracy"),
        learning_rate=fields.measure("learning_rate"),
        seconds=fields.number("seconds", low=0),
        is_best=fields.truth("is_best"),
        is_fine_tuning=fields.has("is_fine_tuning") and fields.truth("is_fine_tuning"),
    )


def _evaluation_json(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "part": evaluation.part,
        "photo_count": evaluation.photo_count,
        "accuracy": evaluation.accuracy,
        "low": evaluation.interval.low,
        "high": evaluation.interval.high,
        "loss": _measure(evaluation.loss),
        "classes": [
            # Versions before this one read no null; without photos they expect 0.
            {
                "photo_count": result.photo_count,
                "recall": result.recall or 0.0,
                "precision": result.precision or 0.0,
            }
            for result in evaluation.classes
        ],
        # Sparse, as row, column and count: most pairs of classes are never confused.
        "confusion": [
            [row, column, count]
            for row, counts in enumerate(evaluation.confusion)
            for column, count in enumerate(counts)
            if count
        ],
        "is_out_of_fold": evaluation.is_out_of_fold,
    }


def _more_evaluations(fields: Fields, class_names: Sequence[str]) -> tuple[Evaluation, ...]:
    found = fields.items("more_evaluations", _MOST_EVALUATIONS)
    return tuple(_evaluation(Fields(each, "more_evaluations"), class_names) for each in found)


def _evaluation(fields: Fields, class_names: Sequence[str]) -> Evaluation:
    results = fields.items("classes", len(class_names))
    if len(results) != len(class_names):
        raise FieldError(f"“classes” must have {len(class_names)} entries, one a class; it has {len(results)}")
    entries = fields.rows("confusion", len(class_names) ** 2, _CONFUSION_ENTRY)
    predicted = {column for _, column, _ in entries}
    return Evaluation(
        part=None if fields.raw("part") is None else fields.choice("part", Part),
        photo_count=fields.whole("photo_count", 0, _MOST_PHOTOS),
        accuracy=fields.number("accuracy", 0, 1),
        interval=Interval(fields.number("low", 0, 1), fields.number("high", 0, 1)),
        loss=fields.measure("loss"),
        classes=tuple(
            _class_result(name, Fields(result, "classes"), was_predicted=place in predicted)
            for place, (name, result) in enumerate(zip(class_names, results, strict=True))
        ),
        confusion=_confusion(entries, len(class_names)),
        is_out_of_fold=fields.has("is_out_of_fold") and fields.truth("is_out_of_fold"),
    )


def _class_result(name: str, fields: Fields, *, was_predicted: bool) -> ClassResult:
    photo_count = fields.whole("photo_count", 0, _MOST_PHOTOS)
    recall, precision = fields.number("recall", 0, 1), fields.number("precision", 0, 1)
    return ClassResult(name, photo_count, recall if photo_count else None, precision if was_predicted else None)


def _confusion(entries: Sequence[Sequence[int]], class_count: int) -> tuple[tuple[int, ...], ...]:
    # Most rows of a large table are empty: all of them are one tuple.
    empty = (0,) * class_count
    counts: dict[int, list[int]] = {}
    for row, column, count in entries:
        if not (0 <= row < class_count and 0 <= column < class_count and 0 < count <= _MOST_PHOTOS):
            rule = f"rows and columns from 0 to {class_count - 1} with counts from 1 to {_MOST_PHOTOS}"
            raise FieldError(f"“confusion” must hold {rule}; it holds {row}, {column}, {count}")
        counts.setdefault(row, [0] * class_count)[column] = count
    return tuple(tuple(counts[row]) if row in counts else empty for row in range(class_count))
