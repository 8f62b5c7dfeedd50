"""What model files say of how far their answers can be trusted, from figures that are easy to check."""

from collections.abc import Sequence

from tlgui.learning.trust import WRONG_AT_MOST, NoveltyLimit, Promise, Reliability, ReliabilityBin, Trust

CLASSES = ("owl", "robin", "wren")
# Range, photos, photos named rightly, and mean percentage, of which the calibration error is less than .03.
TRUE_BINS = ((3, 6, 2, 0.36), (5, 20, 11, 0.56), (7, 60, 45, 0.76), (8, 50, 43, 0.85), (9, 236, 231, 0.97))
NOVELTY = NoveltyLimit(neighbour=10, limit=0.4, vector_count=100, length=8, held_back_share=0.04)


def reliability_of(bins: Sequence[tuple[int, int, int, float]], error: float = 0.02) -> Reliability:
    """Return ten ranges with these photos.

    Args:
        bins: Place of a range from 0, its photos, those named rightly, and its mean probability.
        error: The expected calibration error.
    """
    made = [ReliabilityBin(place / 10, (place + 1) / 10, 0, 0, place / 10 + 0.05) for place in range(10)]
    for place, photos, right, mean in bins:
        made[place] = ReliabilityBin(place / 10, (place + 1) / 10, photos, right, mean)
    return Reliability(tuple(made), error)


def promises_of(
    thresholds: Sequence[float | None], shares: Sequence[float], class_count: int = len(CLASSES)
) -> tuple[Promise, ...]:
    """Return a promise for each share of `WRONG_AT_MOST`, with the same threshold for each class.

    Args:
        thresholds: Of all photos, one for each promise.
        shares: Of photos named, one for each promise.
        class_count: How many classes there are.
    """
    return tuple(
        Promise(wrong, threshold, share, (threshold,) * class_count, (share,) * class_count)
        for wrong, threshold, share in zip(WRONG_AT_MOST, thresholds, shares, strict=True)
    )


def trust_of(
    thresholds: Sequence[float | None] = (0.3, 0.5, 0.8, None),
    shares: Sequence[float] = (1.0, 0.94, 0.71, 0.0),
    photo_count: int = 372,
    novelty: NoveltyLimit | None = NOVELTY,
    *,
    is_out_of_fold: bool = True,
    class_count: int = len(CLASSES),
) -> Trust:
    """Return the trust of a model whose percentages are true; no promise of 1 in 100 can be given at first."""
    return Trust(
        temperature=0.8,
        reliability=reliability_of(TRUE_BINS),
        promises=promises_of(thresholds, shares, class_count),
        photo_count=photo_count,
        is_out_of_fold=is_out_of_fold,
        novelty=novelty,
    )
