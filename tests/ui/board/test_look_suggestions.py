"""Look-alikes are suggested where they are as near as photos of one class, and the model finds the class possible."""

from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tlgui.learning.results import ClassScore, Prediction
from tlgui.ui.board.columns import BoardColumns
from tlgui.ui.board.look_suggestions import MOST_SUGGESTED, alike_rows, board_looks, usual_likeness

NAMES = ("robin", "wren")


def cloud(middle: int, count: int, spread: float = 0.1, seed: int = 0) -> NDArray[np.float32]:
    """Return unit vectors around an axis."""
    rows = np.random.default_rng(seed).normal(0, spread, (count, 16)).astype(np.float32)
    rows[:, middle] += 1
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def put(columns: BoardColumns, looks: NDArray[np.float32], robin: float, first: int = 0) -> None:
    scores = sorted((ClassScore("robin", robin), ClassScore("wren", 1 - robin)), key=lambda each: -each.probability)
    columns.put(
        [
            Prediction(
                Path(f"/{first + number}.jpg"),
                tuple(scores),
                digest=sha256(b"%d" % (first + number)).digest(),
                look=look.astype("<f2").tobytes(),
            )
            for number, look in enumerate(looks)
        ]
    )


def board() -> BoardColumns:
    """Return 20 robins, 20 wrens, 10 alike that are called robins, and 5 that look like nothing else."""
    columns = BoardColumns(NAMES)
    put(columns, cloud(0, 20), 0.9)
    put(columns, cloud(1, 20, seed=1), 0.1, first=20)
    put(columns, cloud(2, 10, spread=0.03, seed=2), 0.8, first=40)
    put(columns, cloud(0, 5, spread=2, seed=3), 0.8, first=50)
    return columns


def suggested(columns: BoardColumns, class_name: str, *decided: int) -> list[int]:
    columns.decide(np.array(decided), class_name)
    looks, group = board_looks(columns), columns.class_index(class_name)
    limit = usual_likeness(looks)
    assert limit is not None
    possible = columns.probabilities_of(group, len(columns))
    return list(alike_rows(looks, np.array(decided), group, possible, limit))


def test_photos_that_look_like_the_decided_one_are_suggested_nearest_first() -> None:
    columns = board()
    found = suggested(columns, "owl", 40)
    assert sorted(found) == list(range(41, 50))
    likeness = columns.looks[found].astype(np.float32) @ columns.looks[40].astype(np.float32)
    assert (np.diff(likeness) <= 0).all()


def test_photos_of_the_class_and_decided_ones_are_not_suggested() -> None:
    columns = board()
    columns.decide(np.array([41]), "robin")
    assert sorted(suggested(columns, "owl", 40, 42)) == [43, 44, 45, 46, 47, 48, 49]
    assert suggested(board(), "robin", 0) == []


def test_class_that_the_model_finds_impossible_is_not_suggested() -> None:
    columns = board()
    put(columns, cloud(2, 10, spread=0.03, seed=2)[:2], 0.95, first=40)
    assert sorted(suggested(columns, "wren", 45)) == [42, 43, 44, 46, 47, 48, 49]


def test_photos_that_could_not_be_read_or_have_no_look_are_not_suggested() -> None:
    columns = board()
    columns.put(
        [Prediction(Path("/x.jpg"), error="It is empty."), Prediction(Path("/y.jpg"), (ClassScore("wren", 1),))]
    )
    assert max(suggested(columns, "owl", 40)) < 55


def test_too_few_photos_of_a_class_tell_nothing() -> None:
    columns = BoardColumns(NAMES)
    put(columns, cloud(0, 9), 0.9)
    assert usual_likeness(board_looks(columns)) is None
    assert usual_likeness(board_looks(BoardColumns(NAMES))) is None


def test_no_more_are_suggested_than_one_can_look_through() -> None:
    columns = BoardColumns(NAMES)
    put(columns, np.repeat(cloud(0, 1), 500, axis=0), 0.8)
    assert len(suggested(columns, "wren", 0)) == MOST_SUGGESTED
