"""Look-alikes are in one group, groups are of look-alikes alone, and the same looks give the same groups."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tlgui.errors import Cancelled
from tlgui.learning.look_alikes import ALIKE_FROM, SINGLE, group_look_alikes
from tlgui.learning.looks import Looks

# More than are compared at once.
MANY = 6000


def unit(rows: NDArray[np.float64]) -> Looks:
    looks: Looks = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    return looks


def bursts(sizes: list[int], length: int = 64, seed: int = 2) -> tuple[Looks, NDArray[np.intp]]:
    """Return series of look-alikes in random order, and the series of each row."""
    rng = np.random.default_rng(seed)
    series = np.repeat(np.arange(len(sizes)), sizes)
    rng.shuffle(series)
    centres = rng.standard_normal((len(sizes), length))
    return unit(centres[series] + 0.2 * rng.standard_normal((len(series), length))), series


@pytest.mark.parametrize("count", [3, 300])
def test_each_series_is_a_group_the_largest_first(count: int) -> None:
    sizes = [2 + 7 * place % 40 for place in range(count)]
    looks, series = bursts(sizes)
    found = group_look_alikes(looks)
    assert [int((found.group_of == group).sum()) for group in range(len(found))] == sorted(sizes, reverse=True)
    for group in range(len(found)):
        assert len(set(series[found.group_of == group].tolist())) == 1


def test_photos_alike_no_other_are_single_and_last() -> None:
    looks, series = bursts([5, 1, 3, 1, 1])
    found = group_look_alikes(looks)
    assert [series[row] for row in found.in_order()][:8] == [0] * 5 + [2] * 3
    assert {int(series[row]) for row in np.flatnonzero(found.group_of == SINGLE)} == {1, 3, 4}


def test_every_photo_looks_like_the_leader_of_its_group() -> None:
    rng = np.random.default_rng(3)
    looks = unit(rng.standard_normal((MANY, 32)) * np.exp(-np.arange(32) / 4))
    found = group_look_alikes(looks)
    assert len(found) > 10
    rows = np.flatnonzero(found.group_of != SINGLE)
    leaders = found.leaders[found.group_of[rows]]
    cosines = np.einsum("ij,ij->i", looks[rows].astype(np.float32), looks[leaders].astype(np.float32))
    assert cosines.min() >= ALIKE_FROM - 1e-3
    assert found.group_of[found.leaders].tolist() == list(range(len(found)))


def test_many_of_one_look_are_one_group() -> None:
    looks, _ = bursts([MANY])
    found = group_look_alikes(looks)
    assert (found.group_of == 0).mean() > 0.99


def test_photos_of_unknown_look_are_single() -> None:
    looks, _ = bursts([6, 4])
    looks[[2, 5]] = 0
    assert group_look_alikes(looks).group_of[[2, 5]].tolist() == [SINGLE, SINGLE]
    assert len(group_look_alikes(np.zeros((4, 0), np.float16))) == 0
    assert len(group_look_alikes(np.zeros((0, 8), np.float16)).in_order()) == 0


def test_same_looks_give_the_same_groups() -> None:
    looks, _ = bursts([3] * (MANY // 3))
    first, second = group_look_alikes(looks), group_look_alikes(looks.copy())
    assert first.group_of.tolist() == second.group_of.tolist()


def test_grouping_stops() -> None:
    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        group_look_alikes(bursts([3] * MANY)[0], stop)
