"""Words on trust: figures become sentences that claim no more than they hold."""

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from tests.evaluations import evaluation_of
from tests.trusts import TRUE_BINS, reliability_of, trust_of
from tlgui.learning.results import Evaluation
from tlgui.learning.trust import Caution, NoveltyLimit, Promise, PromiseCheck, Reliability, Trust, TrustCheck
from tlgui.photos.collection import Part
from tlgui.text.trust import (
    caution_notes,
    judged_by_in_words,
    judged_in_words,
    judged_title,
    named_in_words,
    no_promises_in_words,
    promise_in_words,
    reliability_in_words,
    sureness_in_words,
    times_in_words,
    trust_check_in_words,
    unpromised_in_words,
    wrong_at_most_in_words,
)

NAMES, CONFUSION = ("owl", "wren"), ((90, 10), (5, 95))


def promise(trust: Trust, wrong_at_most: float) -> Promise:
    found = trust.promise(wrong_at_most)
    assert found is not None
    return found


def test_accuracy_says_which_photos_it_comes_from() -> None:
    test = evaluation_of(NAMES, CONFUSION, Part.TEST)
    assert judged_title(test) == "200 test photos"
    assert judged_in_words(test) == (
        "It named 185 of 200 test photos rightly. They were kept apart for this, and played no part in the training."
    )
    validation = evaluation_of(NAMES, CONFUSION, Part.VALIDATION)
    assert "did not learn from them, but they decided when it had learned best" in judged_in_words(validation)
    assert judged_in_words(evaluation_of(NAMES, CONFUSION, None)) == "It named 185 of 200 photos rightly."


def test_accuracy_out_of_fold_is_that_of_learners_that_had_never_seen_the_photo() -> None:
    unseen = replace(evaluation_of(NAMES, CONFUSION, None), is_out_of_fold=True)
    assert judged_title(unseen) == "200 photos, each unseen"
    assert judged_in_words(unseen) == (
        "185 of 200 photos were named rightly, each by a learner that had never seen it."
    )
    assert judged_by_in_words(trust_of(is_out_of_fold=True)).endswith("each named by a learner that had never seen it.")
    assert judged_by_in_words(trust_of(is_out_of_fold=False)) == "From 372 photos that it did not learn from."


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 times in 10"),
        (0.02, "2 times in 100"),
        (0.1, "1 time in 10"),
        (0.75, "75 times in 100"),
        (0.79, "8 times in 10"),
        (0.972, "97 times in 100"),
        (0.999, "99 times in 100"),
        (1.0, "10 times in 10"),
    ],
)
def test_share_is_told_in_tenths_where_that_is_true(share: float, words: str) -> None:
    assert times_in_words(share) == words


def test_percentages_are_told_by_an_example_near_four_in_five() -> None:
    assert reliability_in_words(reliability_of(TRUE_BINS)) == (
        "When it says 76 %, it is right 75 times in 100. Its percentages can be believed."
    )


def test_ranges_with_few_photos_are_no_example() -> None:
    words = reliability_in_words(reliability_of([(7, 3, 0, 0.79), (9, 200, 190, 0.95)]))
    assert words.startswith("When it says 95 %, it is right 95 times in 100.")


@pytest.mark.parametrize(
    ("right", "error", "verdict"),
    [
        (160, 0.05, "Its percentages are nearly true."),
        (180, 0.15, "It is more often right than it says."),
        (120, 0.15, "It is less often right than it says."),
    ],
)
def test_untrue_percentages_are_told_with_their_direction(right: int, error: float, verdict: str) -> None:
    assert reliability_in_words(reliability_of([(7, 200, right, 0.75)], error)).endswith(verdict)


def _generated(rng: np.random.Generator) -> Reliability:
    """Return what was measured of a model that is beside the truth by chance, in one direction, or hardly."""
    photos = np.where(rng.random(10) < 0.3, 0, rng.integers(1, 200, 10))
    photos[rng.integers(10)] += 30
    bias, spread = rng.choice([-0.12, -0.06, 0.0, 0.06, 0.12]), rng.choice([0.01, 0.05, 0.15])
    means = (np.arange(10) + rng.random(10)) / 10
    right = rng.binomial(photos, np.clip(means + bias + rng.normal(0, spread, 10), 0, 1))
    error = float(np.abs(right - means * photos).sum() / photos.sum())
    bins = zip(range(10), photos.tolist(), right.tolist(), means.tolist(), strict=True)
    return reliability_of([part for part in bins if part[1]], error)


def test_example_shows_what_the_verdict_says() -> None:
    rng = np.random.default_rng(1)
    said = Counter[str]()
    for _ in range(3000):
        reliability = _generated(rng)
        words = reliability_in_words(reliability)
        found = re.match(r"When it says (\d+) %, it is right (\d+) times? in (\d+)\. (.*?\.)", words)
        assert found is not None
        says, right = int(found[1]) / 100, int(found[2]) / int(found[3])
        verdict = found[4]
        said[verdict] += 1
        # Both numbers are rounded: the first by .005, the second by .03.
        if verdict == "It is less often right than it says.":
            assert right < says
        elif verdict == "It is more often right than it says.":
            assert right > says
        else:
            most = 0.03 if verdict == "Its percentages can be believed." else 0.08
            assert abs(right - says) <= most + 0.036
    assert len(said) == 4
    assert min(said.values()) > 100


def test_few_photos_make_a_rough_guess_and_none_no_sentence() -> None:
    assert reliability_in_words(reliability_of([(7, 24, 18, 0.75)])).endswith("With 24 photos this is a rough guess.")
    assert reliability_in_words(reliability_of([])) == ""


def test_promise_says_how_many_photos_are_still_named() -> None:
    trust = trust_of()
    assert promise_in_words(promise(trust, 0.05), trust) == (
        "It will name about 94 of 100 photos, and say “not sure” of the others."
    )
    assert promise_in_words(promise(trust, 0.1), trust) == "It will name every photo."


def test_promise_that_cannot_be_given_says_why() -> None:
    few = trust_of((None,) * 4, (0.0,) * 4, photo_count=24)
    assert promise_in_words(promise(few, 0.05), few) == (
        "24 photos to judge by are too few to promise 1 in 20; it takes 90 at least. So it will name every photo."
    )
    many = trust_of((None,) * 4, (0.0,) * 4, photo_count=2000)
    assert promise_in_words(promise(many, 0.01), many) == (
        "Even its surest answers are wrong too often to promise 1 in 100. So it will name every photo."
    )


def test_promises_that_cannot_be_given_are_told_in_one_sentence_a_reason() -> None:
    assert no_promises_in_words(trust_of((0.3, 0.5, 0.8, 0.9), (1.0, 0.9, 0.8, 0.7), photo_count=2000)) == ()
    many = trust_of((0.9, None, None, None), (0.4, 0.0, 0.0, 0.0), photo_count=2000)
    assert no_promises_in_words(many) == (
        "Even its surest answers are wrong too often to promise 1 in 20, 1 in 50 or 1 in 100.",
        "Where that is wished, it will name every photo.",
    )
    few = trust_of((0.9, None, None, None), (0.4, 0.0, 0.0, 0.0), photo_count=120)
    assert no_promises_in_words(few) == (
        "Even its surest answers are wrong too often to promise 1 in 20.",
        "120 photos to judge by are too few to promise 1 in 50 or 1 in 100; it takes 228 and 459 at least.",
        "Where that is wished, it will name every photo.",
    )


def few_wrens(own: float | None) -> tuple[Trust, Evaluation]:
    """Return what is known of a model of 4,000 owls and 20 wrens, whose promise for wrens alone has a threshold."""
    trust = trust_of((0.0, 0.1, 0.2, 0.4), (1.0,) * 4, photo_count=4020, class_count=2)
    promises = tuple(
        replace(each, class_thresholds=(each.threshold, own), class_named_shares=(1.0, 0.4)) for each in trust.promises
    )
    evaluation = replace(evaluation_of(NAMES, ((4000, 0), (12, 8)), None), is_out_of_fold=True)
    return replace(trust, promises=promises), evaluation


@pytest.mark.parametrize("own", [None, 0.9])
def test_promise_for_all_photos_says_nothing_of_a_class_that_could_be_all_wrong(own: float | None) -> None:
    trust, evaluation = few_wrens(own)

    words = unpromised_in_words([promise(trust, 0.05)], evaluation)

    assert words == (
        "For “wren” (20 photos) this is not promised: if all of these were named wrongly, it would still hold."
    )
    assert caution_notes(trust, Caution(0.05), evaluation) == (words,)
    assert unpromised_in_words(trust.promises, evaluation) == words
    assert caution_notes(trust, Caution(None), evaluation) == ()
    assert caution_notes(trust, Caution(0.05, is_by_class=True), evaluation) == ()


def test_class_that_keeps_the_promise_by_itself_or_has_a_part_in_it_is_not_named() -> None:
    trust, evaluation = few_wrens(own=0.05)
    # The threshold for all is stricter than the one of the class.
    assert unpromised_in_words([promise(trust, 0.05)], evaluation) == ""
    equal = evaluation_of(NAMES, ((300, 0), (20, 280)), None)
    assert unpromised_in_words([promise(few_wrens(None)[0], 0.05)], equal) == ""
    no_promise = trust_of((None,) * 4, (0.0,) * 4, class_count=2)
    assert unpromised_in_words(no_promise.promises, evaluation) == ""
    assert unpromised_in_words(trust.promises, None) == ""


def test_many_small_classes_are_counted_or_told_together() -> None:
    names = tuple(f"bird {number}" for number in range(20))
    thresholds: tuple[float | None, ...] = (None,) * 20
    promised = Promise(0.05, 0.5, 0.9, thresholds, (0.0,) * 20)

    def of(photos: list[int]) -> str:
        confusion = [[photos[row] if row == column else 0 for column in range(20)] for row in range(20)]
        return unpromised_in_words([promised], evaluation_of(names, confusion, None))

    assert of([50] * 20) == "This is promised for all photos together, and for no class by itself."
    assert "“bird 17” (10 photos) and 2 other classes this is not" in of([200] * 15 + [10] * 5)


def test_choices_and_shares_have_words() -> None:
    assert [wrong_at_most_in_words(each) for each in (None, 0.1, 0.01)] == [
        "name every photo",
        "wrong at most 1 in 10",
        "wrong at most 1 in 100",
    ]
    assert [named_in_words(each) for each in (1.0, 0.996, 0.5, 0.004)] == [
        "every photo",
        "more than 99 of 100 photos",
        "about 50 of 100 photos",
        "hardly any photo",
    ]


def test_model_that_can_say_all_needs_no_notes() -> None:
    assert caution_notes(replace(trust_of(), novelty=NoveltyLimit(10, 0.4, 100, 8, 0.05)), Caution()) == ()


def test_model_of_an_earlier_version_says_what_a_new_training_adds() -> None:
    (note,) = caution_notes(None, Caution())
    assert "A new training" in note
    assert "not sure" in note


def test_missing_promise_and_missing_vectors_are_told() -> None:
    few = replace(trust_of((None,) * 4, (0.0,) * 4, photo_count=24), novelty=None)
    no_promise, unlike = caution_notes(few, Caution(0.02))
    assert "to promise 1 in 50" in no_promise
    assert "unlike anything it learned" in unlike
    assert caution_notes(few, Caution(None)) == (unlike,)


def test_what_was_measured_of_an_evaluation_is_told_line_by_line() -> None:
    check = TrustCheck(0.021, (PromiseCheck(0.05, 0.81, 0.9, 0.031), PromiseCheck(0.01, None, 1.0, 0.06)), 0.04)
    assert trust_check_in_words(check) == (
        "Its percentages are 2.1 % beside the truth on average.",
        "Held back as unlike anything it learned: 4.0 % of the photos.",
        "Wrong at most 1 in 20, from 81.0 % on: 90.0 % of the photos are named, and 3.1 % of these wrongly.",
        "Wrong at most 1 in 100: nothing can be promised, so every photo is named.",
    )
    assert len(trust_check_in_words(TrustCheck(0.021, (), None))) == 1


def test_percentage_of_an_answer_is_told_by_how_often_such_answers_are_right() -> None:
    trust = trust_of()
    assert sureness_in_words(0.93, trust) == (
        "When it says 90 to 100 %, it is right 98 times in 100 (measured on 236 photos that it had not learned from)."
    )
    assert sureness_in_words(1.0, trust) == sureness_in_words(0.93, trust)


def test_percentage_of_which_little_was_measured_promises_nothing() -> None:
    trust = trust_of()
    assert sureness_in_words(0.35, trust) == (
        "When it says 30 to 40 %, it was right on 2 of 6 photos; that is too few to tell."
    )
    assert sureness_in_words(0.65, trust) == (
        "It said 60 to 70 % of none of the photos it was measured on: how often it is right is not known."
    )
    assert "no photos" in sureness_in_words(0.5, replace(trust, reliability=replace(trust.reliability, bins=())))


def test_percentage_of_a_model_of_an_earlier_version_was_never_measured() -> None:
    assert sureness_in_words(0.9, None).endswith("A new training would tell.")


def test_figures_of_photos_that_it_may_have_learned_from_say_so_one_by_one() -> None:
    check = TrustCheck(
        0.021, (PromiseCheck(0.05, 0.81, 0.9, 0.031), PromiseCheck(0.01, None, 1.0, 0.06)), 0.04, may_have_learned=True
    )
    *measured, no_promise = trust_check_in_words(check)
    assert len(measured) == 3
    assert all(line.endswith(" (it may have learned from some of these photos).") for line in measured)
    assert "learned from" not in no_promise
