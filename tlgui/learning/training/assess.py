"""Measures how far the answers of a trained network can be trusted, and makes its percentages true.

What is measured comes from the cleanest photos there are: the test photos, else all training and validation photos,
judged by heads that were trained without them, else the validation photos. The temperature is fitted on the latter two
and becomes part of the network, so that all numbers here are those of the model file and of every export.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import tensorflow as tf

from tlgui.errors import Cancelled, StorageError
from tlgui.learning.assessment import novelty
from tlgui.learning.assessment.calibration import calibrated, cross_calibrated, fit_temperature, reliability
from tlgui.learning.assessment.label_noise import mislabelled_probabilities
from tlgui.learning.assessment.selective import promises
from tlgui.learning.inference.evaluate import evaluate_probabilities
from tlgui.learning.networks.builder import set_temperature
from tlgui.learning.results import Evaluation
from tlgui.learning.training.judging import Judged, Judging, PhotoVectors
from tlgui.learning.training.phases import TrainingPlan
from tlgui.learning.trust import JudgedBy, NoveltyLimit, PhotoJudgement, Trust
from tlgui.photos.collection import Collection, Part
from tlgui.photos.pictures.photo_digests import kept_digests
from tlgui.photos.places import inside

_PARTS = {JudgedBy.TEST: Part.TEST, JudgedBy.VALIDATION: Part.VALIDATION, JudgedBy.OUT_OF_FOLD: None}
# A file holds the weights twice, for Keras and as ONNX, and may grow to 1.6 times its size by the vectors.
_COPIES = 2
_VECTOR_SHARE = 0.55
_WEIGHT_BYTES = 4

_log = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known of a trained network beside its weights.

    Args:
        evaluation: On the cleanest photos.
        more_evaluations: On the others, cleanest first.
        trust: How far its answers can be trusted.
        vectors: What it sees in training photos, see `novelty`; None where there is no limit.
        judgements: What it says of each photo that it was not trained on.
    """

    evaluation: Evaluation
    more_evaluations: tuple[Evaluation, ...]
    trust: Trust
    vectors: novelty.Vectors | None
    judgements: tuple[PhotoJudgement, ...]


def assess(
    plan: TrainingPlan, judging: Judging, collection: Collection, *, weight_count: int, is_stopped: bool
) -> Assessment:
    """Calibrate a trained network and measure it.

    Args:
        plan: The training, which has ended; the temperature becomes part of its head.
        judging: Judges its photos.
        collection: The photos.
        weight_count: Weights of the whole network.
        is_stopped: Whether the user waits for the training to stop: only what is known already is used then. If Stop is
            pressed here, what is not measured by then is left out.
    """
    optional = _refused_after_stop if is_stopped else _unless_stopped
    validation = judging.validation()
    out_of_fold = optional(judging.out_of_fold)
    if out_of_fold is not None and len(out_of_fold.labels) < len(validation.labels):
        out_of_fold = replace(out_of_fold, is_by_model=False)
    basis = out_of_fold if out_of_fold is not None and out_of_fold.is_by_model else validation
    temperature = fit_temperature(basis.probabilities, basis.labels)
    set_temperature(plan.head, temperature)
    # What the network says from here on has the temperature already.
    parts = [optional(judging.test), _calibrated(out_of_fold, temperature), _calibrated(validation, temperature)]
    told = [part for part in parts if part is not None]
    evaluations = [_evaluation(part, collection.class_names) for part in told if part.is_by_model]
    # Those of a backbone that was trained need another look at the photos; others are known.
    seen = _unless_stopped(judging.vectors) if not (is_stopped and judging.reads_photos_for_vectors) else None
    fitted = None if seen is None else _novelty(seen, weight_count)
    return Assessment(
        evaluation=evaluations[0],
        more_evaluations=tuple(evaluations[1:]),
        trust=_trust(basis, temperature, None if fitted is None else fitted[1]),
        vectors=None if fitted is None else fitted[0],
        judgements=tuple(judgement for part in told for judgement in judgements_of(part, collection)),
    )


def _unless_stopped(work: Callable[[], ResultT | None]) -> ResultT | None:
    """Do what the model can do without; None where the user stops it, or disk or memory have too little room for it."""
    try:
        return work()
    except Cancelled:
        return None
    except (StorageError, MemoryError, tf.errors.ResourceExhaustedError):
        _log.warning("a part of the photos could not be judged", exc_info=True)
        return None


def _refused_after_stop(_work: Callable[[], ResultT | None]) -> ResultT | None:
    return None


def _calibrated(part: Judged | None, temperature: float) -> Judged | None:
    """Return a part with the temperature of the model; a ranking gets its own."""
    if part is None:
        return None
    own = temperature if part.is_by_model else fit_temperature(part.probabilities, part.labels)
    return replace(part, probabilities=calibrated(part.probabilities, own))


def _evaluation(part: Judged, class_names: Sequence[str]) -> Evaluation:
    evaluation = evaluate_probabilities(part.probabilities, part.labels, class_names, _PARTS[part.judged_by])
    return replace(evaluation, is_out_of_fold=part.judged_by is JudgedBy.OUT_OF_FOLD)


def _trust(basis: Judged, temperature: float, limit: NoveltyLimit | None) -> Trust:
    # Measured with temperatures that were fitted without the photos, so that it is not too good.
    honest = cross_calibrated(basis.probabilities, basis.labels, basis.folds)
    return Trust(
        temperature=temperature,
        reliability=reliability(honest, basis.labels),
        promises=promises(calibrated(basis.probabilities, temperature), basis.labels),
        photo_count=len(basis.labels),
        is_out_of_fold=basis.judged_by is JudgedBy.OUT_OF_FOLD,
        novelty=limit,
    )


def _novelty(seen: PhotoVectors, weight_count: int) -> tuple[novelty.Vectors, NoveltyLimit] | None:
    most_bytes = int(_VECTOR_SHARE * _COPIES * _WEIGHT_BYTES * weight_count)
    return novelty.fit(seen.training, seen.labels, seen.unseen, most_bytes)


def judgements_of(part: Judged, collection: Collection) -> list[PhotoJudgement]:
    """Return one judgement a photo; none where it is not known which photos were judged.

    Args:
        part: The photos, and what was said of them.
        collection: The collection that they are from.
    """
    names = collection.class_names
    digests = kept_digests(photo.path for photo in part.photos)
    best = part.probabilities.argmax(axis=1)
    rows = np.arange(len(best))
    return [
        PhotoJudgement(
            place=inside(photo.path, collection.folder),
            digest=digests[photo.path].hex() if photo.path in digests else "",
            class_name=photo.class_name,
            named=names[named],
            probability=probability,
            own_probability=own_probability,
            judged_by=part.judged_by,
            mislabelled=mislabelled,
        )
        for photo, named, probability, own_probability, mislabelled in zip(
            part.photos,
            best.tolist(),
            part.probabilities[rows, best].tolist(),
            part.probabilities[rows, part.labels].tolist(),
            mislabelled_probabilities(part.probabilities, part.labels).tolist(),
            strict=False,
        )
    ]
