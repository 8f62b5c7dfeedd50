"""What a sort is made of: photos with what was decided about them, and the keywords that are written beside them."""

from collections.abc import Iterable, Iterator, Mapping

from tlgui.learning.answers.photo_answer import ModelIdentity, PhotoAnswer
from tlgui.learning.trust import Verdict
from tlgui.photos.answers import DecidedBy
from tlgui.photos.sidecars.keyword_text import keyword_text, merged_text
from tlgui.photos.sidecars.xmp_merge import Keyword
from tlgui.photos.sorting.options import Answer, DecidedPhoto, SidecarNote, Writer

_KEYWORDS = "keywords"
WRITERS: Mapping[str, Writer] = {_KEYWORDS: merged_text}
"""What a `Sorter` needs to write the notes of these photos."""

_ANSWERS = {Verdict.NAMED: Answer.NAMED, Verdict.NOT_SURE: Answer.NOT_SURE, Verdict.UNLIKE: Answer.UNLIKE}


def decided_photos(answers: Iterable[PhotoAnswer], keywords_by: ModelIdentity | None = None) -> Iterator[DecidedPhoto]:
    """Yield photos for a sort; those that could not be read are left out.

    Args:
        answers: What is said of each.
        keywords_by: The model that named them, where the class of each named photo is to be written beside it as a
            keyword; None for no keywords.
    """
    for answer in answers:
        if answer.error or (not answer.scores and not answer.answer):
            continue
        kind = _ANSWERS[answer.verdict]
        is_noted = keywords_by is not None and kind is Answer.NAMED
        yield DecidedPhoto(
            answer.path,
            kind,
            answer.answer if kind is Answer.NAMED else "",
            _certainty(answer),
            notes=(SidecarNote(_KEYWORDS, keyword_text(keyword_for(answer, keywords_by))),) if is_noted else (),
        )


def keyword_for(answer: PhotoAnswer, model: ModelIdentity | None) -> Keyword:
    """Return the keyword of a named photo; one that a person decided on says nothing of a model."""
    if answer.decided_by is DecidedBy.PERSON or model is None:
        return Keyword(answer.answer, answer.decided_by, answer.decided_at)
    return Keyword(answer.answer, answer.decided_by, answer.decided_at, answer.certainty, model.name, model.digest)


def _certainty(answer: PhotoAnswer) -> float:
    # Who decides on a class is sure of it.
    return answer.certainty if answer.decided_by is DecidedBy.MODEL and answer.certainty is not None else 1.0
