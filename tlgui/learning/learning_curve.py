"""What more photos would help a model: plain frozen values, which need no TensorFlow."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClassCurve:
    """How one class gains from more training photos.

    Args:
        name: The class.
        photo_count: Its photos that were judged.
        right_counts: How many of them were named rightly, by heads trained on each share of the photos.
        slope: By what power of the number of photos the mistakes fall, from 0; at 0.5, four times as many photos halve
            them.
    """

    name: str
    photo_count: int
    right_counts: tuple[int, ...]
    slope: float


@dataclass(frozen=True, slots=True)
class MorePhotos:
    """The class of which more photos would help most.

    Args:
        class_name: The class.
        photo_count: How many more photos the rest is an estimate for.
        right_share: Share of the photos of the class that are named rightly now, 0..1.
        expected_share: The share that is to be expected with these photos.
    """

    class_name: str
    photo_count: int
    right_share: float
    expected_share: float


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """How often heads that were trained on a part of the photos are right, on photos that they never saw.

    Args:
        shares: Shares of the photos that the heads were trained on, ascending, the last one 1.
        training_counts: How many photos that are, for one head.
        photo_count: Photos that were judged.
        right_counts: How many of them were named rightly, by heads trained on each share.
        classes: The same for each class with judged photos, in output order.
        advice: The class of which more photos would help most; None where more photos would hardly help.
    """

    shares: tuple[float, ...]
    training_counts: tuple[int, ...]
    photo_count: int
    right_counts: tuple[int, ...]
    classes: tuple[ClassCurve, ...]
    advice: MorePhotos | None
