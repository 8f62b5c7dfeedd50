"""The board as columns says of each photo what the rule for single photos says."""

from pathlib import Path

import numpy as np
import pytest

from tlgui.learning.results import ClassScore, Prediction
from tlgui.learning.trust import Caution, NoveltyLimit, Promise, Reliability, Trust, verdict
from tlgui.ui.board.columns import NOT_SURE, UNREADABLE, BoardColumns
from tlgui.ui.board.digest_places import places_in

CLASSES = ("robin", "wren")
TRUST = Trust(
    1.0,
    Reliability((), 0.0),
    (Promise(0.05, 0.7, 0.5, (0.6, None), (0.5, 1.0)), Promise(0.01, None, 0.0, (None, None), (0.0, 0.0))),
    100,
    is_out_of_fold=True,
    novelty=NoveltyLimit(3, 0.4, 10, 4, 0.05),
)


def prediction(name: str, best: str, probability: float, distance: float | None = 0.1) -> Prediction:
    other = CLASSES[1 - CLASSES.index(best)]
    scores = (ClassScore(best, probability), ClassScore(other, 1 - probability))
    return Prediction(Path("/photos", name), scores, distance=distance, digest=name.ljust(32).encode(), time=5.0)


SEVERAL = [
    prediction("a.jpg", "robin", 0.9),
    prediction("b.jpg", "robin", 0.65),
    prediction("c.jpg", "wren", 0.55),
    prediction("d.jpg", "robin", 0.99, 0.5),
    prediction("e.jpg", "wren", 0.7, None),
]


@pytest.mark.parametrize(
    "caution", [Caution(), Caution(0.05, is_by_class=True), Caution(0.01), Caution(None), Caution(0.1)]
)
def test_verdicts_of_columns_are_those_of_single_photos(caution: Caution) -> None:
    columns = BoardColumns(CLASSES, TRUST)
    columns.put(SEVERAL)
    columns.judge(caution)
    for row, said in enumerate(SEVERAL):
        best = said.scores[0]
        expected = verdict(best.class_name, best.probability, said.distance, TRUST, CLASSES, caution)
        assert columns.photo(row).verdict is expected


def test_photo_that_could_not_be_read_keeps_its_error() -> None:
    columns = BoardColumns(CLASSES, TRUST)
    columns.put([Prediction(Path("/photos/x.jpg"), error="It is empty.")])
    assert columns.groups.tolist() == [UNREADABLE]
    assert columns.photo(0).error == "It is empty."
    assert columns.photo(0).scores == ()


def test_decision_of_person_names_photo_and_can_be_taken_back() -> None:
    columns = BoardColumns(CLASSES, TRUST)
    columns.put([prediction("c.jpg", "robin", 0.55)])
    assert columns.groups.tolist() == [NOT_SURE]
    columns.decide(np.array([0]), "owl")
    assert columns.photo(0).answer == "owl"
    assert columns.photo(0).is_decided
    columns.decide(np.array([0]), None)
    assert columns.groups.tolist() == [NOT_SURE]


def test_photo_that_comes_again_takes_its_row() -> None:
    columns = BoardColumns(CLASSES, TRUST)
    columns.put(SEVERAL)
    rows = columns.put([prediction("b.jpg", "wren", 0.95)])
    assert rows.tolist() == [1]
    assert len(columns) == len(SEVERAL)
    assert columns.photo(1).answer == "wren"


def test_columns_grow_beyond_their_first_room() -> None:
    columns = BoardColumns(CLASSES, TRUST)
    many = [prediction(f"{number}.jpg", "robin", 0.9) for number in range(1000)]
    columns.put(many)
    assert columns.counts() == {0: 1000}
    assert columns.photo(999).path == Path("/photos/999.jpg")
    assert columns.decided.max() == -1


def test_answer_of_the_model_is_known_beside_that_of_the_person() -> None:
    columns = BoardColumns(CLASSES, TRUST)
    columns.put(SEVERAL)
    columns.decide(np.array([0, 2]), "wren", "2026-11-29T12:00:00+01:00")
    assert columns.groups[:3].tolist() == [1, NOT_SURE, 1]
    assert columns.answers[:3].tolist() == [0, NOT_SURE, NOT_SURE]
    assert [columns.photo(row).decided_at for row in range(2)] == ["2026-11-29T12:00:00+01:00", ""]


def test_photos_are_found_by_content() -> None:
    columns = BoardColumns(CLASSES, TRUST)
    columns.put([*SEVERAL, Prediction(Path("/photos/copy.jpg"), digest=SEVERAL[1].digest)])
    wanted = columns.digests(np.array([3, 1]))
    assert columns.rows_with(wanted).tolist() == [1, 3, 5]
    assert places_in(columns.all_digests, wanted).tolist() == [-1, 1, -1, 0, -1, 1]
    assert columns.rows_with(wanted[:0]).tolist() == []
    assert BoardColumns().rows_with(wanted).tolist() == []


def test_decision_belongs_to_the_content_that_was_decided() -> None:
    columns = BoardColumns(CLASSES, TRUST)
    columns.put(SEVERAL)
    columns.decide(np.array([0, 1]), "owl")
    columns.put([SEVERAL[0], Prediction(SEVERAL[1].path, SEVERAL[1].scores, digest=b"x" * 32)])
    assert [columns.photo(row).is_decided for row in range(2)] == [True, False]
