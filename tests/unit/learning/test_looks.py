"""The most alike photos are found among all, whatever their order, and those of unknown look never."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tlgui.learning.looks import Looks, likeness, nearest


def some_looks(count: int, length: int = 16, seed: int = 1) -> Looks:
    rows = np.random.default_rng(seed).standard_normal((count, length))
    looks: Looks = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    return looks


def test_nearest_are_those_of_the_largest_cosine() -> None:
    looks = some_looks(5000)
    cosines = looks.astype(np.float64) @ looks[4321].astype(np.float64)
    rows, alike = nearest(looks, looks[4321], 30)
    assert rows.tolist() == np.argsort(-cosines, kind="stable")[:30].tolist()
    np.testing.assert_allclose(alike, cosines[rows], atol=1e-5)


def test_photo_itself_is_left_out() -> None:
    looks = some_looks(100)
    rows, _ = nearest(looks, looks[7], 100, left_out=np.array([7]))
    assert 7 not in rows
    assert len(rows) == 99


def test_several_looks_find_what_is_alike_to_any_of_them() -> None:
    looks = np.eye(4, dtype=np.float16)[[0, 1, 2, 3, 0, 2]]
    rows, alike = nearest(looks, looks[[0, 2]], 4)
    assert rows.tolist() == [0, 2, 4, 5]
    assert alike.tolist() == [1.0] * 4


def test_equals_come_in_the_order_of_their_rows() -> None:
    looks = np.tile(some_looks(1), (50, 1))
    assert nearest(looks, looks[0], 7)[0].tolist() == list(range(7))


def test_unknown_looks_are_never_found() -> None:
    looks = some_looks(10)
    looks[3] = 0
    rows, _ = nearest(looks, looks[0], 10)
    assert sorted(rows.tolist()) == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert likeness(looks, looks[3]).max() == -np.inf


@pytest.mark.parametrize("looks", [np.zeros((0, 8), np.float16), np.zeros((5, 0), np.float16)])
def test_without_looks_nothing_is_alike(looks: NDArray[np.float16]) -> None:
    rows, alike = nearest(looks, np.zeros(looks.shape[1]), 3)
    assert len(rows) == len(alike) == 0
