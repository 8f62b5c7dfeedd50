"""How far a model can be trusted, as JSON in its manifest: written, and read back, each field with its rule."""

from dataclasses import asdict
from typing import Any

from tlgui.learning.assessment.novelty import LARGEST_DISTANCE, MOST_VECTORS
from tlgui.learning.recipes.fields import Fields
from tlgui.learning.recipes.validation import FieldError
from tlgui.learning.trust import NoveltyLimit, Promise, Reliability, ReliabilityBin, Trust

_SMALLEST_TEMPERATURE, _LARGEST_TEMPERATURE = 1e-6, 1e6
_MOST_BINS = 1000
_MOST_PROMISES = 100
_MOST_PHOTOS = 10**9
_LONGEST_VECTOR = 1_000_000


def trust_json(trust: Trust) -> dict[str, Any]:
    """Return it as it is written, ready for `json.dumps`."""
    return {
        "temperature": trust.temperature,
        "reliability": {
            "calibration_error": trust.reliability.calibration_error,
            "bins": [asdict(each) for each in trust.reliability.bins],
        },
        "promises": [
            asdict(promise)
            | {
                "class_thresholds": list(promise.class_thresholds),
                "class_named_shares": list(promise.class_named_shares),
            }
            for promise in trust.promises
        ],
        "photo_count": trust.photo_count,
        "is_out_of_fold": trust.is_out_of_fold,
        "novelty": None if trust.novelty is None else asdict(trust.novelty),
    }


def trust_from(fields: Fields, class_count: int) -> Trust:
    """Return what `trust_json` wrote.

    Args:
        fields: The parsed JSON.
        class_count: The classes of the model; each promise has a threshold for each of them.

    Raises:
        FieldError: A field is missing, of another type, or breaks its rule.
    """
    reliability = fields.group("reliability")
    return Trust(
        temperature=fields.number("temperature", _SMALLEST_TEMPERATURE, _LARGEST_TEMPERATURE),
        reliability=Reliability(
            bins=tuple(_bin(Fields(each, "bins")) for each in reliability.items("bins", _MOST_BINS)),
            calibration_error=reliability.number("calibration_error", 0, 1),
        ),
        promises=tuple(
            _promise(Fields(each, "promises"), class_count) for each in fields.items("promises", _MOST_PROMISES)
        ),
        photo_count=fields.whole("photo_count", 0, _MOST_PHOTOS),
        is_out_of_fold=fields.truth("is_out_of_fold"),
        novelty=None if fields.is_null("novelty") else _novelty(fields.group("novelty")),
    )


def _bin(fields: Fields) -> ReliabilityBin:
    photo_count, low = fields.whole("photo_count", 0, _MOST_PHOTOS), fields.number("low", 0, 1)
    return ReliabilityBin(
        low=low,
        high=fields.number("high", low, 1),
        photo_count=photo_count,
        right_count=fields.whole("right_count", 0, photo_count),
        mean_probability=fields.number("mean_probability", 0, 1),
    )


def _promise(fields: Fields, class_count: int) -> Promise:
    shares = fields.shares("class_named_shares", class_count)
    named_shares = tuple(share for share in shares if share is not None)
    if len(named_shares) < len(shares):
        raise FieldError("“class_named_shares” in “promises” must hold numbers; it holds null")
    return Promise(
        wrong_at_most=fields.number("wrong_at_most", 0, 1),
        threshold=None if fields.is_null("threshold") else fields.number("threshold", 0, 1),
        named_share=fields.number("named_share", 0, 1),
        class_thresholds=fields.shares("class_thresholds", class_count),
        class_named_shares=named_shares,
    )


def _novelty(fields: Fields) -> NoveltyLimit:
    vector_count = fields.whole("vector_count", 1, MOST_VECTORS)
    return NoveltyLimit(
        neighbour=fields.whole("neighbour", 1, vector_count),
        limit=fields.number("limit", 0, LARGEST_DISTANCE),
        vector_count=vector_count,
        length=fields.whole("length", 1, _LONGEST_VECTOR),
        held_back_share=fields.number("held_back_share", 0, 1),
    )
