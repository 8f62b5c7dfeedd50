"""How far an answer of a model can be trusted: values kept in its file, and the verdict that follows from them.

Three questions have three answers: whether the percentages are true (`Reliability`), whether the best class is sure
enough to be named (`Promise`), and whether the photo resembles anything the model was trained on (`NoveltyLimit`).
Nothing here needs TensorFlow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

WRONG_AT_MOST = (0.1, 0.05, 0.02, 0.01)
"""The shares of wrong answers that a user can choose among: 1 in 10, 20, 50 and 100."""
DEFAULT_WRONG_AT_MOST = 0.05


class Verdict(StrEnum):
    """What becomes of one prediction."""

    NAMED = "named"
    NOT_SURE = "not sure"
    UNLIKE = "unlike"


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Photos whose best class has a probability in one range.

    Args:
        low: Lower end of the range, 0..1.
        high: Upper end of the range, 0..1.
        photo_count: Photos in it.
        right_count: How many of them were named rightly.
        mean_probability: Mean probability of their best class, 0..1; the middle of the range without photos.
    """

    low: float
    high: float
    photo_count: int
    right_count: int
    mean_probability: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How true the percentages of a model are.

    Args:
        bins: Ranges of equal width, from 0 to 1.
        calibration_error: Expected calibration error, 0..1: the mean difference between probability and share of right
            answers, weighted by photos. Source: C. Guo et al., "On calibration of modern neural networks", ICML 2017.
    """

    bins: tuple[ReliabilityBin, ...]
    calibration_error: float


@dataclass(frozen=True, slots=True)
class Promise:
    """The thresholds that keep one promise, “wrong at most so often”.

    Args:
        wrong_at_most: The promised share of wrong answers among the named photos, 0..1.
        threshold: Probability from which on a photo is named; None where too few photos allow no promise.
        named_share: Share of photos that are named with it, 0..1; 0 without a threshold.
        class_thresholds: The same for each class, for photos that are named as it; in output order.
        class_named_shares: Share of the photos with this class as the best one that are named; in output order.
    """

    wrong_at_most: float
    threshold: float | None
    named_share: float
    class_thresholds: tuple[float | None, ...]
    class_named_shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class NoveltyLimit:
    """From which distance on a photo counts as unlike anything the model was trained on.

    Args:
        neighbour: Which nearest neighbour the distance is measured to, from 1.
        limit: The largest cosine distance, 0..2, of a photo that is still like the training photos.
        vector_count: Training vectors in the model file.
        length: Numbers in one of them.
        held_back_share: Share of the collection's own photos beyond the limit, 0..1.
    """

    neighbour: int
    limit: float
    vector_count: int
    length: int
    held_back_share: float


@dataclass(frozen=True, slots=True)
class Trust:
    """What a model file says of how far its answers can be trusted.

    Args:
        temperature: What the logits were divided by, see `assessment.calibration`; it is part of the network already.
        reliability: Of the photos below, after calibration.
        promises: One for each of `WRONG_AT_MOST`, in that order.
        photo_count: Photos that all this was measured on; the model was trained on none of them.
        is_out_of_fold: Whether they were judged by heads that never saw them, instead of by the model itself.
        novelty: None where the file has no training vectors.
    """

    temperature: float
    reliability: Reliability
    promises: tuple[Promise, ...]
    photo_count: int
    is_out_of_fold: bool
    novelty: NoveltyLimit | None = None

    def promise(self, wrong_at_most: float) -> Promise | None:
        """Return the promise for a share of wrong answers; None where it is none of `WRONG_AT_MOST`."""
        return next((each for each in self.promises if each.wrong_at_most == wrong_at_most), None)


@dataclass(frozen=True, slots=True)
class Caution:
    """How careful the user wants the answers to be.

    Args:
        wrong_at_most: The share of wrong answers that is accepted, one of `WRONG_AT_MOST`; None names every photo.
        is_by_class: Whether each class has a threshold of its own.
    """

    wrong_at_most: float | None = DEFAULT_WRONG_AT_MOST
    is_by_class: bool = False


def verdict(
    class_name: str,
    probability: float,
    distance: float | None,
    trust: Trust | None,
    class_names: Sequence[str],
    caution: Caution = Caution(),
) -> Verdict:
    """Decide whether a photo is named.

    Args:
        class_name: The most probable class.
        probability: Its probability, 0..1.
        distance: Cosine distance to the k-th nearest training photo, 0..2; None where it is unknown.
        trust: What the model file says; None for files of earlier versions, which name every photo.
        class_names: The classes in output order.
        caution: What the user chose.

    Returns:
        `UNLIKE` beyond the limit of novelty, `NOT_SURE` below the threshold, else `NAMED`. Where no promise can be
        given, no photo is held back by it.
    """
    if trust is None:
        return Verdict.NAMED
    if trust.novelty is not None and distance is not None and distance > trust.novelty.limit:
        return Verdict.UNLIKE
    promise = None if caution.wrong_at_most is None else trust.promise(caution.wrong_at_most)
    if promise is None:
        return Verdict.NAMED
    threshold = promise.threshold
    if caution.is_by_class and class_name in class_names:
        threshold = promise.class_thresholds[class_names.index(class_name)]
    return Verdict.NOT_SURE if threshold is not None and probability < threshold else Verdict.NAMED


@dataclass(frozen=True, slots=True)
class PromiseCheck:
    """What a threshold of a model comes to on photos that it is evaluated on.

    Args:
        wrong_at_most: The promised share of wrong answers among the named photos, 0..1.
        threshold: As in `Promise`.
        named_share: Share of the photos that are named, 0..1; neither not sure nor unlike.
        wrong_share: Share of wrong answers among these, 0..1; None where none is named.
    """

    wrong_at_most: float
    threshold: float | None
    named_share: float
    wrong_share: float | None


@dataclass(frozen=True, slots=True)
class TrustCheck:
    """How far the answers of a model can be trusted, measured on the photos that it is evaluated on.

    Args:
        calibration_error: As in `Reliability`.
        promises: One for each promise of the model; none for models without `Trust`.
        unlike_share: Share of the photos that are held back as unlike anything the model was trained on, 0..1; None
            where the model cannot tell.
        may_have_learned: Whether the model may have been trained on some of the photos: then all this is better than
            it would be on new ones.
    """

    calibration_error: float
    promises: tuple[PromiseCheck, ...]
    unlike_share: float | None
    may_have_learned: bool = False


class JudgedBy(StrEnum):
    """Which photo of the collection was judged how, from the cleanest to the least clean."""

    TEST = "test"
    OUT_OF_FOLD = "out of fold"
    VALIDATION = "validation"


@dataclass(frozen=True, slots=True)
class PhotoJudgement:
    """What a model that was not trained on a photo of the collection says of it.

    Args:
        place: The photo's path inside the collection, with “/”.
        digest: SHA-256 of its bytes in hexadecimal; empty where unknown.
        class_name: The class whose folder it lies in.
        named: The most probable class.
        probability: Probability of `named`, 0..1.
        own_probability: Probability of `class_name`, 0..1.
        judged_by: How it was judged.
        mislabelled: Probability that it came into its class by chance, 0..1, see `assessment.label_noise`; None in
            files of earlier versions.
    """

    place: str
    digest: str
    class_name: str
    named: str
    probability: float
    own_probability: float
    judged_by: JudgedBy
    mislabelled: float | None = None

    @property
    def is_right(self) -> bool:
        """Whether it was named as the class whose folder it lies in."""
        return self.named == self.class_name


def counted(judgements: Sequence[PhotoJudgement]) -> Mapping[tuple[str, str], tuple[PhotoJudgement, ...]]:
    """Return the judgements by class and named class, most first: the cells of a confusion matrix with photos."""
    cells: dict[tuple[str, str], list[PhotoJudgement]] = {}
    for judgement in judgements:
        cells.setdefault((judgement.class_name, judgement.named), []).append(judgement)
    ordered = sorted(cells.items(), key=lambda cell: -len(cell[1]))
    return {cell: tuple(photos) for cell, photos in ordered}
