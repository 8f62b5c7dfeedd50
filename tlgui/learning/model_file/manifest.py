"""What a `.tlmodel` says of itself, as JSON: written from a summary, and read back field by field with suspicion.

Nothing here needs TensorFlow, so that a model can be looked at without waiting for it.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from tlgui.errors import SettingError
from tlgui.learning.recipes.recipe import BACKBONE_IDS, LARGEST_INPUT, Recipe
from tlgui.learning.results import ClassResult, Evaluation, Interval, ModelSummary, StopReason
from tlgui.photos.collection import MOST_CLASSES, Part
from tlgui.progress import EpochEnded

# 2: the device, and which epochs trained the backbone too; a file of version 1 reads without them.
FORMAT_VERSION = 2

LONGEST_TEXT = 4096

_MOST_EPOCHS = 100_000
_MOST_PHOTOS = 10**9

ValueT = TypeVar("ValueT", str, int, float, bool, list[Any], dict[str, Any])


class ManifestProblemError(ValueError):
    """A field is missing, of the wrong type or out of bounds; the text names it."""


class Fields:
    """A JSON object whose fields are taken one by one, each with its type and its bounds.

    Args:
        data: What `json.loads` returned.
        name: What the object is called in messages.
    """

    def __init__(self, data: object, name: str) -> None:
        if not isinstance(data, dict):
            raise ManifestProblemError(f"“{name}” is not a group of fields")
        self._data: Mapping[str, Any] = data
        self._name = name

    def text(self, field: str, longest: int = LONGEST_TEXT) -> str:
        """Return a text of at most `longest` characters."""
        value = self._typed(field, str)
        if len(value) > longest:
            raise self._problem(field, "is too long")
        return value

    def whole(self, field: str, low: int, high: int) -> int:
        """Return a whole number; both bounds belong to the range."""
        value = self._typed(field, int)
        if not low <= value <= high:
            raise self._problem(field, f"is not from {low} to {high}")
        return value

    def number(self, field: str, low: float = -math.inf, high: float = math.inf) -> float:
        """Return a finite number; both bounds belong to the range."""
        value = self._data.get(field)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1e300:
            raise self._problem(field, "is not a number")
        if not low <= value <= high:
            raise self._problem(field, f"is not from {low:g} to {high:g}")
        return float(value)

    def measure(self, field: str) -> float:
        """Return a number that may be none at all: a training that runs away has no loss, and JSON no word for that."""
        return math.nan if field in self._data and self._data[field] is None else self.number(field)

    def truth(self, field: str) -> bool:
        """Return true or false."""
        return self._typed(field, bool)

    def items(self, field: str, most: int) -> list[Any]:
        """Return a list of at most `most` entries."""
        value = self._typed(field, list)
        if len(value) > most:
            raise self._problem(field, f"has more than {most} entries")
        return value

    def group(self, field: str) -> "Fields":
        """Return the object in `field`."""
        return Fields(self._typed(field, dict), field)

    def optional_group(self, field: str) -> "Fields | None":
        """Return the object in `field`, or None where it holds null."""
        return None if field in self._data and self._data[field] is None else self.group(field)

    def texts(self) -> dict[str, str]:
        """Return all fields, each of which must be a text."""
        return {field: self.text(field) for field in self._data}

    def has(self, field: str) -> bool:
        """Return whether the field is there; older files lack some."""
        return field in self._data

    def raw(self, field: str) -> object:
        """Return a field that its own class checks."""
        return self._data.get(field)

    def _typed(self, field: str, kind: type[ValueT]) -> ValueT:
        value = self._data.get(field)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self._problem(field, "is missing or of the wrong kind")
        return value

    def _problem(self, field: str, what: str) -> ManifestProblemError:
        return ManifestProblemError(f"“{field}” in “{self._name}” {what}")


def manifest_of(summary: ModelSummary) -> dict[str, Any]:
    """Return everything of a summary but its history and its path, ready for `json.dumps`.

    Raises:
        ManifestProblemError: The summary breaks a rule, so that it could never be read again.
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
    }
    summary_from(manifest, history_of(summary), summary.path)
    return manifest


def epochs_json(history: Sequence[EpochEnded]) -> list[dict[str, Any]]:
    """Return epochs, ready for `json.dumps`."""
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
    """Return the epochs of a summary, ready for `json.dumps`."""
    return epochs_json(summary.history)


def summary_from(manifest: object, history: object, path: Path) -> ModelSummary:
    """Build a summary from what was read; nothing in it is believed before it was checked.

    Args:
        manifest: The parsed `manifest.json`.
        history: The parsed `history.json`.
        path: The file they were read from.

    Raises:
        ManifestProblemError: A field is missing, of the wrong type or out of bounds.
    """
    fields = Fields(manifest, "manifest")
    class_names = _class_names(fields)
    backbone = fields.text("backbone")
    if backbone not in BACKBONE_IDS:
        raise ManifestProblemError(f"the backbone “{backbone[:80]}” is not known")
    evaluation = fields.optional_group("evaluation")
    return ModelSummary(
        path=path,
        class_names=class_names,
        backbone=backbone,
        input_size=fields.whole("input_size", 1, LARGEST_INPUT),
        recipe=_recipe(fields.raw("recipe")),
        created=_time(fields.text("created")),
        photo_count=fields.whole("photo_count", 0, _MOST_PHOTOS),
        evaluation=None if evaluation is None else _evaluation(evaluation, class_names),
        history=epochs_from(history),
        seconds=fields.number("seconds", low=0),
        stop_reason=_stop_reason(fields.text("stop_reason")),
        versions=tuple(fields.group("versions").texts().items()),
        device=fields.text("device") if fields.has("device") else "",
    )


def _measure(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _class_names(fields: Fields) -> tuple[str, ...]:
    names = fields.items("class_names", MOST_CLASSES)
    if not names or not all(isinstance(name, str) and 0 < len(name) <= LONGEST_TEXT for name in names):
        raise ManifestProblemError("“class_names” is not a list of names")
    if len(set(names)) != len(names):
        raise ManifestProblemError("“class_names” holds a name twice")
    return tuple(names)


def _recipe(data: object) -> Recipe:
    try:
        return Recipe.from_json(data)
    except SettingError as error:
        raise ManifestProblemError(f"its recipe does not hold: {error.message}") from error


def _time(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ManifestProblemError("“created” is not a time") from None
    return text


def _stop_reason(text: str) -> StopReason:
    try:
        return StopReason(text)
    except ValueError:
        raise ManifestProblemError(f"the stop reason “{text[:80]}” is not known") from None


def _part(data: object) -> Part | None:
    if data is None:
        return None
    if not isinstance(data, str) or data not in set(Part):
        raise ManifestProblemError("“part” is not a part of a split")
    return Part(data)


def epochs_from(data: object) -> tuple[EpochEnded, ...]:
    """Return the epochs that `epochs_json` wrote.

    Raises:
        ManifestProblemError: A field is missing, of the wrong type or out of bounds.
    """
    if not isinstance(data, list) or len(data) > _MOST_EPOCHS:
        raise ManifestProblemError("the history is not a list of epochs")
    return tuple(_epoch(Fields(entry, "history")) for entry in data)


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
            {"photo_count": result.photo_count, "recall": result.recall, "precision": result.precision}
            for result in evaluation.classes
        ],
        # Most pairs of classes are never confused: only the others are written, as row, column, count.
        "confusion": [
            [row, column, count]
            for row, counts in enumerate(evaluation.confusion)
            for column, count in enumerate(counts)
            if count
        ],
    }


def _evaluation(fields: Fields, class_names: Sequence[str]) -> Evaluation:
    results = fields.items("classes", len(class_names))
    if len(results) != len(class_names):
        raise ManifestProblemError("the evaluation does not have one result for each class")
    return Evaluation(
        part=_part(fields.raw("part")),
        photo_count=fields.whole("photo_count", 0, _MOST_PHOTOS),
        accuracy=fields.number("accuracy", 0, 1),
        interval=Interval(fields.number("low", 0, 1), fields.number("high", 0, 1)),
        loss=fields.measure("loss"),
        classes=tuple(
            _class_result(name, Fields(result, "classes")) for name, result in zip(class_names, results, strict=True)
        ),
        confusion=_confusion(fields.items("confusion", len(class_names) ** 2), len(class_names)),
    )


def _class_result(name: str, fields: Fields) -> ClassResult:
    return ClassResult(
        name=name,
        photo_count=fields.whole("photo_count", 0, _MOST_PHOTOS),
        recall=fields.number("recall", 0, 1),
        precision=fields.number("precision", 0, 1),
    )


def _confusion(entries: Sequence[object], class_count: int) -> tuple[tuple[int, ...], ...]:
    # Most rows of a large table that little is known of are empty, and all of those are one.
    empty = (0,) * class_count
    counts: dict[int, list[int]] = {}
    for entry in entries:
        match entry:
            case [int(row), int(column), int(count)] if (
                0 <= row < class_count and 0 <= column < class_count and 0 < count <= _MOST_PHOTOS
            ):
                counts.setdefault(row, [0] * class_count)[column] = count
            case _:
                raise ManifestProblemError("“confusion” has an entry that is not row, column and count")
    return tuple(tuple(counts[row]) if row in counts else empty for row in range(class_count))
