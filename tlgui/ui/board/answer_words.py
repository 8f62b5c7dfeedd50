"""What the model and the person say of a photo of the board, in words; and what is known of its file."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QDate, QLocale

from tlgui.learning.results import ClassScore
from tlgui.learning.trust import Verdict
from tlgui.photos.names import one_line, shown_name
from tlgui.text.numbers import count, size_in_words, whole_percent
from tlgui.ui.board.columns import NOT_SURE, UNLIKE, UNREADABLE, BoardPhoto

# From this share on, the second class is worth a mention.
_WORTH_A_MENTION = 0.1
_NOT_NAMED = {NOT_SURE: "not sure", UNLIKE: "unlike anything it learned", UNREADABLE: "it could not be read"}
_LEFT_TO_RIGHT_MARK = "\u200e"
_ENGLISH = QLocale(QLocale.Language.English)


def name_in_sentence(name: str) -> str:
    """Return a class name as it stands in a sentence; a name written right to left does not turn the sentence round."""
    shown = one_line(name)
    if any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in shown):
        return f"{_LEFT_TO_RIGHT_MARK}{shown}{_LEFT_TO_RIGHT_MARK}"
    return shown


def answer_in_words(photo: BoardPhoto) -> str:
    """Return the answer, such as “rose, 93 % sure” or “Not sure: rose or tulip?”."""
    if photo.is_decided:
        return f"You said: {name_in_sentence(photo.answer)}"
    if not photo.scores:
        return "It could not be read"
    if photo.verdict is Verdict.UNLIKE:
        return "Unlike anything it learned"
    if photo.verdict is Verdict.NOT_SURE:
        return f"Not sure: {_candidates(photo.scores)}?"
    return _sure_of(photo.scores[0])


def further_words(photo: BoardPhoto) -> str:
    """Return what stands below the answer: what else the model said, or why the photo could not be read."""
    if not photo.scores:
        return one_line(photo.error)
    best = photo.scores[0]
    if photo.is_decided and best.class_name == photo.answer:
        return f"The model says so too, {whole_percent(best.probability)} sure."
    if photo.is_decided:
        return f"The model had said: {_sure_of(best)}."
    if photo.verdict is Verdict.UNLIKE:
        return f"If it had to choose: {_sure_of(best)}."
    others = photo.scores[:2] if photo.verdict is Verdict.NOT_SURE else photo.scores[1:2]
    shares = ", ".join(f"{name_in_sentence(each.class_name)} {whole_percent(each.probability)}" for each in others)
    return shares if photo.verdict is Verdict.NOT_SURE else f"Next best: {shares}" if shares else ""


def earlier_in_words(answer: str | int | None) -> str:
    """Return what the model before said, such as “Before: rose.”; see `AnswerChanges.earlier_answer`.

    Example:
        >>> earlier_in_words("rose"), earlier_in_words(NOT_SURE), earlier_in_words(None)
        ('Before: rose.', 'Before: not sure.', '')
    """
    if answer is None:
        return ""
    return f"Before: {name_in_sentence(answer) if isinstance(answer, str) else _NOT_NAMED[answer]}."


def accepting_in_words(photo: BoardPhoto) -> str:
    """Return what accepting the best class of the model says, such as “It is “rose””; empty where it cannot be done."""
    if photo.is_decided or not photo.scores:
        return ""
    return "Right" if photo.answer else f"It is “{one_line(photo.scores[0].class_name)}”"


def answers_in_words(answers: Mapping[str, int], unnamed_count: int, *, most: int = 4) -> str:
    """Return what several photos are named, such as “rose 12, tulip 3, not named 2”.

    Args:
        answers: The number of photos by class.
        unnamed_count: How many have no class.
        most: How many classes are listed.
    """
    ranked = sorted(answers.items(), key=lambda item: -item[1])
    parts = [f"{name_in_sentence(name)} {number:,}" for name, number in ranked[:most]]
    if len(ranked) > most:
        parts.append(f"{count('other class', len(ranked) - most)} {sum(number for _, number in ranked[most:]):,}")
    if unnamed_count:
        parts.append(f"not named {unnamed_count:,}")
    return ", ".join(parts)


def file_in_words(photo: BoardPhoto, size_bytes: int | None = None) -> str:
    """Return the file's name, its folder, when it was taken or changed, and its size.

    Args:
        photo: The photo.
        size_bytes: Its size; None where unknown.
    """
    parts = [shown_name(photo.path)]
    if photo.path.parent.name:
        parts.append(f"in {shown_name(photo.path.parent)}")
    if photo.time is not None and (shown := _time(photo.time)):
        parts.append(shown)
    if size_bytes is not None:
        parts.append(size_in_words(size_bytes))
    return " · ".join(parts)


def _sure_of(score: ClassScore) -> str:
    return f"{name_in_sentence(score.class_name)}, {whole_percent(score.probability)} sure"


def _candidates(scores: Sequence[ClassScore]) -> str:
    likely = [score for score in scores[:2] if score.probability >= _WORTH_A_MENTION] or scores[:1]
    names = [name_in_sentence(score.class_name) for score in likely]
    return " or ".join(names) if len(names) > 1 else f"perhaps {names[0]}"


def _time(seconds: float) -> str:
    try:
        # The clock of the camera, read as UTC.
        taken = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return ""
    day = _ENGLISH.toString(QDate(taken.year, taken.month, taken.day), "d MMMM yyyy")
    return f"{day}, {taken:%H:%M}"
