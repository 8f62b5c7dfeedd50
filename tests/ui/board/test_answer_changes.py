"""Photos are compared by content, whatever the classes of the two models are, and the person's do not count."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from tlgui.learning.results import ClassScore, Prediction
from tlgui.ui.board.answer_changes import AnswerChanges, answer_changes, kept_answers
from tlgui.ui.board.answer_words import earlier_in_words
from tlgui.ui.board.columns import NOT_SURE, UNLIKE, UNREADABLE, BoardColumns


def columns(class_names: tuple[str, ...], **answers: str) -> BoardColumns:
    found = BoardColumns(class_names)
    found.put(
        [
            Prediction(
                Path(f"/{name}.jpg"),
                (ClassScore(answer, 0.9),) if answer else (),
                "" if answer else "It is empty.",
                digest=sha256(name.encode()).digest(),
            )
            for name, answer in answers.items()
        ]
    )
    return found


def test_answers_are_compared_by_name_and_content() -> None:
    before = columns(("robin", "wren"), a="robin", b="robin", c="wren", e="", f="wren")
    after = columns(("owl", "wren", "robin"), c="wren", b="owl", a="robin", d="owl", e="robin", f="")
    changes = answer_changes(kept_answers(before), after)
    assert [after.photo(row).path.stem for row in changes.rows.tolist()] == ["b", "e", "f"]
    said = {after.photo(row).path.stem: changes.earlier_answer(row) for row in range(len(after))}
    assert said == {"c": None, "b": "robin", "a": None, "d": None, "e": UNREADABLE, "f": "wren"}


def test_what_was_not_named_before_is_said_in_words() -> None:
    earlier = np.array([NOT_SURE, UNLIKE], np.int32)
    changes = AnswerChanges(np.array([2, 5]), earlier=earlier, names=("robin",))
    assert [earlier_in_words(changes.earlier_answer(row)) for row in (2, 3, 5, 9)] == [
        "Before: not sure.",
        "",
        "Before: unlike anything it learned.",
        "",
    ]


def test_class_that_the_other_model_lacks_is_another_answer() -> None:
    before = columns(("robin", "wren"), a="robin", b="wren")
    changes = answer_changes(kept_answers(before), columns(("wren",), a="wren", b="wren"))
    assert changes.rows.tolist() == [0]


def test_photos_of_the_person_count_as_corrected_and_not_as_changed() -> None:
    before = columns(("robin", "wren"), a="robin", b="robin", c="robin", d="robin")
    after = columns(("robin", "wren"), a="wren", b="robin", c="wren", d="wren")
    after.decide(np.array([0, 1]), "wren")
    after.decide(np.array([2]), "robin")
    changes = answer_changes(kept_answers(before), after, is_after_training=True)
    assert changes.rows.tolist() == [3]
    assert (changes.corrected, changes.agreed) == (2, 1)


def test_photos_of_unknown_content_are_not_compared() -> None:
    before, after = BoardColumns(("robin", "wren")), BoardColumns(("robin", "wren"))
    before.put([Prediction(Path("/a.jpg"), (ClassScore("robin", 0.9),))])
    after.put([Prediction(Path("/a.jpg"), (ClassScore("wren", 0.9),))])
    assert len(answer_changes(kept_answers(before), after).rows) == 0


@pytest.mark.parametrize(
    ("number", "corrected", "agreed", "is_after_training", "words"),
    [
        (14, 0, 0, True, "After the training 14 photos have another answer."),
        (1, 0, 0, True, "After the training 1 photo has another answer."),
        (0, 0, 0, False, "By this model no photo has another answer."),
        (
            1400,
            31,
            29,
            True,
            "After the training 1,400 photos have another answer. Of the 31 photos that you corrected, it names 29 as"
            " you did.",
        ),
        (
            2,
            1,
            1,
            False,
            "By this model 2 photos have another answer. It names the photo that you corrected as you did.",
        ),
        (
            2,
            1,
            0,
            True,
            "After the training 2 photos have another answer. It names the photo that you corrected otherwise still.",
        ),
    ],
)
def test_sentence_says_what_changed(
    number: int, corrected: int, agreed: int, *, is_after_training: bool, words: str
) -> None:
    changes = AnswerChanges(np.arange(number), corrected, agreed, is_after_training)
    assert changes.sentence() == words
