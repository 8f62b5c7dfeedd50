"""Whether more photos would help, in words."""

from dataclasses import replace

from tlgui.learning.learning_curve import ClassCurve, LearningCurve, MorePhotos
from tlgui.text.learning_curve import more_photos_in_words

_FLAT = LearningCurve(
    (0.25, 0.5, 1.0),
    (400, 800, 1_600),
    2_000,
    (1_790, 1_795, 1_800),
    (ClassCurve("boat", 2_000, (1, 2, 3), 0.0),),
    None,
)


def test_advice_names_the_class_and_what_to_expect() -> None:
    curve = replace(_FLAT, advice=MorePhotos("skirt", 40, 0.798, 0.848))
    assert more_photos_in_words(curve) == (
        "About 40 more photos of “skirt” would help most. "
        "It would then probably be recognised about 5 times more in 100."
    )


def test_flat_curve_says_so_with_its_numbers() -> None:
    assert more_photos_in_words(_FLAT) == (
        "More photos would hardly help: what learned from 400 photos was right on 1,790 of 2,000 photos, "
        "what learned from all of them on 1,800."
    )


def test_names_of_classes_are_plain_text() -> None:
    curve = replace(_FLAT, advice=MorePhotos("two\nlines", 1, 0.5, 0.6))
    assert "\n" not in more_photos_in_words(curve)
