"""What a model or a person said becomes what a sort is made of, with the keywords beside it."""

import json
from dataclasses import replace
from pathlib import Path

from tests.unit.text.tables.rows import CORRECTED, DIGEST, MODEL, NOT_SURE, UNREADABLE, WREN
from tlgui.learning.answers.sorting import WRITERS, decided_photos
from tlgui.learning.trust import Verdict
from tlgui.photos.sidecars.xmp_merge import own_fields
from tlgui.photos.sorting.options import Answer


def test_answers_of_model_and_person_decide_where_photos_go() -> None:
    unlike = replace(WREN, path=Path("d.jpg"), verdict=Verdict.UNLIKE, answer="")
    photos = list(decided_photos([WREN, NOT_SURE, CORRECTED, UNREADABLE, unlike]))

    assert [(photo.path, photo.answer, photo.class_name) for photo in photos] == [
        (WREN.path, Answer.NAMED, "wren"),
        (NOT_SURE.path, Answer.NOT_SURE, ""),
        (CORRECTED.path, Answer.NAMED, "Great tit"),
        (Path("d.jpg"), Answer.UNLIKE, ""),
    ]
    assert [photo.certainty for photo in photos] == [0.9, 0.5, 1.0, 0.9]
    assert all(photo.notes == () for photo in photos)


def test_decision_of_a_person_is_certain_whatever_the_model_gave_the_class() -> None:
    (photo,) = decided_photos([replace(CORRECTED, certainty=0.02)])
    assert photo.certainty == 1.0


def test_only_named_photos_get_keywords_and_these_say_who_decided() -> None:
    wren, not_sure, corrected = decided_photos([WREN, NOT_SURE, CORRECTED], MODEL)

    assert not_sure.notes == ()
    (note,), (by_person,) = wren.notes, corrected.notes
    fields = own_fields(WRITERS[note.writer](None, note.text))
    assert (fields["Answer"], fields["DecidedBy"], fields["Model"]) == ("wren", "model", "birds.tlmodel")
    assert (fields["ModelDigest"], float(fields["Certainty"])) == (DIGEST, 0.9)
    fields = own_fields(WRITERS[by_person.writer](None, by_person.text))
    assert (fields["Answer"], fields["DecidedBy"]) == ("Great tit", "person")
    assert not {"Model", "ModelDigest", "Certainty"} & {name for name, value in fields.items() if value}
    assert json.loads(by_person.text)["decided_at"] == CORRECTED.decided_at
