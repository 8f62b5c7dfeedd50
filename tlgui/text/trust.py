"""Words on how far answers can be trusted, the same in the window and on the command line."""

import math
from collections.abc import Sequence

from tlgui.learning.assessment.selective import fewest_photos
from tlgui.learning.results import Evaluation
from tlgui.learning.trust import Caution, Promise, PromiseCheck, Reliability, ReliabilityBin, Trust, TrustCheck
from tlgui.photos.collection import Part
from tlgui.photos.counting import joined
from tlgui.photos.names import one_line
from tlgui.text.numbers import count, percent

# With fewer photos in a range, or for a whole model, the share that is right says little.
FEW_PHOTOS = 10
_FEW_JUDGED = 100
_CLASSES_SHOWN = 3
NEARLY_TRUE = 0.08
"""The expected calibration error up to which percentages are called nearly true."""
_TRUE = 0.03
# The percentage that serves as the example, because it is neither certain nor a guess.
_TYPICAL = 0.8
# What a gap may be beside another one to count as the same.
_ROUNDING = 1e-9
# How far ten times a share may be from a whole number to be told in tenths.
_NEAR_A_TENTH = 0.3


def judged_title(evaluation: Evaluation) -> str:
    """Return the name of the photos that an evaluation is of, such as “372 test photos”."""
    if evaluation.is_out_of_fold:
        return f"{count('photo', evaluation.photo_count)}, each unseen"
    part = f"{evaluation.part.value} " if evaluation.part is not None else ""
    return count(f"{part}photo", evaluation.photo_count)


def judged_in_words(evaluation: Evaluation) -> str:
    """Return which photos an accuracy comes from, and why these can be believed, in two sentences."""
    right = round(evaluation.accuracy * evaluation.photo_count)
    if evaluation.is_out_of_fold:
        photos = count("photo", evaluation.photo_count)
        return f"{right:,} of {photos} were named rightly, each by a learner that had never seen it."
    named = f"It named {right:,} of {judged_title(evaluation)} rightly"
    if evaluation.part is Part.TEST:
        return f"{named}. They were kept apart for this, and played no part in the training."
    if evaluation.part is Part.VALIDATION:
        return f"{named}. It did not learn from them, but they decided when it had learned best."
    return f"{named}."


def one_in(share: float) -> str:
    """Return a share as “1 in 20”.

    Args:
        share: More than 0, at most 1.
    """
    return f"1 in {round(1 / share):,}"


def times_in_words(share: float) -> str:
    """Return a share as “8 times in 10”, or as “97 times in 100” where that is nearer the truth.

    Args:
        share: 0..1.
    """
    is_near = 0.05 < share < 0.95 and abs(share * 10 - round(share * 10)) <= _NEAR_A_TENTH
    whole = 10 if is_near or share in {0.0, 1.0} else 100
    times = min(max(round(share * whole), 0 if share == 0 else 1), whole if share == 1 else whole - 1)
    return f"{times} {'time' if times == 1 else 'times'} in {whole}"


def bin_title(part: ReliabilityBin) -> str:
    """Return the range of a bin, such as “80 to 90 %”."""
    return f"{round(part.low * 100)} to {round(part.high * 100)} %"


def bin_place(probability: float, bin_count: int) -> int:
    """Return in which of the ranges of equal width a probability lies, from 0; 1 lies in the last one."""
    return min(int(probability * bin_count), bin_count - 1)


def reliability_in_words(reliability: Reliability) -> str:
    """Return whether percentages are true, with an example: “When it says 80 %, it is right 8 times in 10.”.

    Args:
        reliability: Of the photos that the model was judged by.

    Returns:
        The example, the verdict, and a warning where few photos were judged; all of it empty without photos.
    """
    filled = [part for part in reliability.bins if part.photo_count]
    if not filled:
        return ""
    verdict, lowest, highest = _verdict(reliability)
    example = min(filled, key=lambda part: _unlikeness(part, lowest, highest))
    says = min(max(round(example.mean_probability * 100), 1), 99)
    right = times_in_words(example.right_count / example.photo_count)
    sentences = [f"When it says {says} %, it is right {right}.", verdict]
    judged = sum(part.photo_count for part in filled)
    if judged < _FEW_JUDGED:
        sentences.append(f"With {count('photo', judged)} this is a rough guess.")
    return " ".join(sentences)


def sureness_in_words(probability: float, trust: Trust | None) -> str:
    """Return what the percentage of one answer means: how often the model was right when it said about as much.

    Args:
        probability: What it gives its best class, 0..1.
        trust: What the model file says; None for files of earlier versions.

    Returns:
        A sentence or two, such as “When it says 90 to 100 %, it is right 98 times in 100 (measured on 236 photos that
        it had not learned from).”.
    """
    if trust is None:
        return "How often it is right when it says so was never measured for this model. A new training would tell."
    bins = trust.reliability.bins
    if not bins:
        return "There were no photos to measure how often it is right when it says so."
    part = bins[bin_place(probability, len(bins))]
    says = f"When it says {bin_title(part)}"
    if not part.photo_count:
        return (
            f"It said {bin_title(part)} of none of the photos it was measured on: how often it is right is not known."
        )
    if part.photo_count < FEW_PHOTOS:
        photos = count("photo", part.photo_count)
        return f"{says}, it was right on {part.right_count} of {photos}; that is too few to tell."
    right = times_in_words(part.right_count / part.photo_count)
    return f"{says}, it is right {right} (measured on {count('photo', part.photo_count)} that it had not learned from)."


def judged_by_in_words(trust: Trust) -> str:
    """Return which photos percentages and promises were measured on."""
    photos = count("photo", trust.photo_count)
    if trust.is_out_of_fold:
        return f"From {photos}, each named by a learner that had never seen it."
    return f"From {photos} that it did not learn from."


def wrong_at_most_in_words(wrong_at_most: float | None) -> str:
    """Return a choice of caution, such as “wrong at most 1 in 20”, or “name every photo”."""
    return "name every photo" if wrong_at_most is None else f"wrong at most {one_in(wrong_at_most)}"


def named_in_words(share: float) -> str:
    """Return the share of photos that are named, such as “about 94 of 100 photos”.

    Args:
        share: 0..1; only 1 is “every photo”.
    """
    if share >= 1:
        return "every photo"
    if share > 0.99:
        return "more than 99 of 100 photos"
    return f"about {math.floor(share * 100 + 0.5)} of 100 photos" if share >= 0.01 else "hardly any photo"


def promise_in_words(promise: Promise, trust: Trust) -> str:
    """Return what keeping a promise means for all photos: how many are still named, or why it cannot be given.

    Args:
        promise: One of `trust.promises`.
        trust: What the model file says.
    """
    if promise.threshold is not None:
        named = named_in_words(promise.named_share)
        others = "" if promise.named_share >= 1 else ", and say “not sure” of the others"
        return f"It will name {named}{others}."
    return f"{_why_no_promise(promise, trust.photo_count)} So it will name every photo."


def no_promises_in_words(trust: Trust) -> tuple[str, ...]:
    """Return which promises cannot be given, a sentence for each reason, and what follows; nothing if all can.

    Args:
        trust: What the model file says.
    """
    without = [promise.wrong_at_most for promise in trust.promises if promise.threshold is None]
    too_few = [share for share in without if trust.photo_count < fewest_photos(share)]
    too_wrong = [share for share in without if share not in too_few]
    sentences = [_too_wrong(too_wrong)] if too_wrong else []
    sentences += [_too_few(too_few, trust.photo_count)] if too_few else []
    return (*sentences, "Where that is wished, it will name every photo.") if without else ()


def unpromised_in_words(promises: Sequence[Promise], evaluation: Evaluation | None) -> str:
    """Return for which classes a promise that holds for all photos together says nothing.

    So it is with a class whose photos are so few among all that each of them could be named wrongly, and the promise
    would still hold; unless the promise for this class by itself holds with the threshold for all photos.

    Args:
        promises: Some of `Trust.promises`; those that cannot be given do not count.
        evaluation: Of the photos that they were measured on; None where it is not known.

    Returns:
        A sentence; empty without such a class.
    """
    if evaluation is None:
        return ""
    found = [
        result
        for place, result in enumerate(evaluation.classes)
        if any(_says_nothing_of(place, promise, evaluation) for promise in promises)
    ]
    if not found:
        return ""
    if len(found) == len(evaluation.classes):
        return "This is promised for all photos together, and for no class by itself."
    names = [f"“{one_line(result.name)}” ({count('photo', result.photo_count)})" for result in found[:_CLASSES_SHOWN]]
    if len(found) > _CLASSES_SHOWN:
        names.append(f"{count('other class', len(found) - _CLASSES_SHOWN)}")
    return f"For {joined(names)} this is not promised: if all of these were named wrongly, it would still hold."


def _says_nothing_of(place: int, promise: Promise, evaluation: Evaluation) -> bool:
    if promise.threshold is None or not evaluation.photo_count:
        return False
    photos = max(evaluation.classes[place].photo_count, sum(row[place] for row in evaluation.confusion))
    own = promise.class_thresholds[place]
    is_small = photos <= promise.wrong_at_most * evaluation.photo_count
    return is_small and (own is None or own > promise.threshold)


def caution_notes(trust: Trust | None, caution: Caution, evaluation: Evaluation | None = None) -> tuple[str, ...]:
    """Return why photos are named although the user wants the model to be careful, a sentence or two each.

    Args:
        trust: What the model file says; None for files of earlier versions.
        caution: What the user chose.
        evaluation: Of the photos that `trust` was measured on; None where it is not known.
    """
    if trust is None:
        return (
            "The model does not say how far its answers can be trusted, as models of earlier versions: it names every "
            "photo. A new training makes its percentages true, and lets it answer “not sure” and “unlike anything it "
            "learned”.",
        )
    notes = []
    promise = None if caution.wrong_at_most is None else trust.promise(caution.wrong_at_most)
    if promise is not None and promise.threshold is None:
        notes.append(f"{_why_no_promise(promise, trust.photo_count)} So no photo is called “not sure”.")
    elif promise is not None and not caution.is_by_class:
        notes += filter(None, [unpromised_in_words([promise], evaluation)])
    if trust.novelty is None:
        notes.append("The model kept nothing of its training photos: no photo is called “unlike anything it learned”.")
    return tuple(notes)


def trust_check_in_words(check: TrustCheck) -> tuple[str, ...]:
    """Return what was measured of how far the answers of a model can be trusted, a sentence each.

    Args:
        check: What was measured. Where the model may have learned from some of the photos, each sentence says so.
    """
    of_which = " (it may have learned from some of these photos)" if check.may_have_learned else ""
    lines = [f"Its percentages are {percent(check.calibration_error)} beside the truth on average{of_which}."]
    if check.unlike_share is not None:
        lines.append(f"Held back as unlike anything it learned: {percent(check.unlike_share)} of the photos{of_which}.")
    return (*lines, *(_promise_check(promise, of_which) for promise in check.promises))


def _promise_check(promise: PromiseCheck, of_which: str) -> str:
    wanted = wrong_at_most_in_words(promise.wrong_at_most).capitalize()
    if promise.threshold is None:
        return f"{wanted}: nothing can be promised, so every photo is named."
    wrong = "" if promise.wrong_share is None else f", and {percent(promise.wrong_share)} of these wrongly"
    named = f"{percent(promise.named_share)} of the photos are named{wrong}{of_which}"
    least = f"from {percent(promise.threshold)} on" if promise.threshold > 0 else "however sure it is"
    return f"{wanted}, {least}: {named}."


def _verdict(reliability: Reliability) -> tuple[str, float, float]:
    """Return what can be said of all percentages, and between which gaps of a range it can be seen there.

    The gap is the share that is right less the mean percentage. The error is its mean over the photos, regardless of
    sign: in some range the gap is at most the error. Where the percentages are not true, those of one sign make up at
    least half of the error: in some range it is more than half of `NEARLY_TRUE`, which rounding cannot turn round.
    """
    error = reliability.calibration_error
    if error <= NEARLY_TRUE:
        return f"Its percentages {'can be believed' if error <= _TRUE else 'are nearly true'}.", -error, error
    says = sum(part.mean_probability * part.photo_count for part in reliability.bins)
    if says > sum(part.right_count for part in reliability.bins):
        return "It is less often right than it says.", -1.0, -NEARLY_TRUE / 2
    return "It is more often right than it says.", NEARLY_TRUE / 2, 1.0


def _unlikeness(part: ReliabilityBin, lowest: float, highest: float) -> tuple[bool, bool, float]:
    """Return how ill a range with photos serves as the example of a verdict, to be compared with that of others."""
    gap = part.right_count / part.photo_count - part.mean_probability
    agrees = lowest - _ROUNDING <= gap <= highest + _ROUNDING
    return not agrees, part.photo_count < FEW_PHOTOS, abs(part.mean_probability - _TYPICAL)


def _why_no_promise(promise: Promise, photo_count: int) -> str:
    shares = (promise.wrong_at_most,)
    return _too_few(shares, photo_count) if photo_count < fewest_photos(*shares) else _too_wrong(shares)


def _too_few(shares: Sequence[float], photo_count: int) -> str:
    had = f"{count('photo', photo_count)} to judge by {'is' if photo_count == 1 else 'are'} too few"
    fewest = joined(f"{fewest_photos(share):,}" for share in shares)
    return f"{had} to promise {joined(map(one_in, shares), 'or')}; it takes {fewest} at least."


def _too_wrong(shares: Sequence[float]) -> str:
    return f"Even its surest answers are wrong too often to promise {joined(map(one_in, shares), 'or')}."
