"""Tests of the distance to the training photos: what it tells apart, what its limit promises, and odd collections."""

import numpy as np
import pytest

from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.assessment.novelty import (
    LARGEST_DISTANCE,
    MOST_NEIGHBOURS,
    MOST_VECTORS,
    Neighbours,
    fit,
)

LENGTH = 24
PLENTY = 10**9


def drawn(count: int, seed: int, classes: int = 4, first_class: int = 0) -> tuple[FloatArray, Labels]:
    """Return features of photos around the centres of a few classes, which are the same for every seed."""
    centres = np.random.default_rng(99).normal(0, 1, (20, LENGTH))
    rng = np.random.default_rng(seed)
    labels = rng.integers(first_class, first_class + classes, count)
    return np.maximum(centres[labels] + rng.normal(0, 0.3, (count, LENGTH)), 0).astype(np.float32), labels


def separation(near: FloatArray, far: FloatArray) -> float:
    """Return the area under the ROC curve: how often a far distance is larger than a near one."""
    return float((far[:, None] > near[None, :]).mean() + (far[:, None] == near[None, :]).mean() / 2)


def test_distances_are_those_of_the_kth_nearest_by_cosine() -> None:
    rng = np.random.default_rng(3)
    stored = rng.normal(0, 1, (30, 8)).astype(np.float16)
    photos = rng.normal(0, 5, (70, 8)).astype(np.float32)
    for neighbour in (1, 4, 30):
        cosine = [
            sorted(
                1 - float(photo @ each / (np.linalg.norm(photo) * np.linalg.norm(each)))
                for each in stored.astype(np.float64)
            )[neighbour - 1]
            for photo in photos.astype(np.float64)
        ]
        np.testing.assert_allclose(Neighbours(stored, neighbour).distances(photos), cosine, atol=1e-5)


def test_foreign_photos_are_told_apart() -> None:
    fitted = fit(*drawn(600, seed=1), drawn(200, seed=2)[0], PLENTY)
    assert fitted is not None
    vectors, limit = fitted
    neighbours = Neighbours(vectors, limit.neighbour)
    own, foreign = drawn(500, seed=3)[0], drawn(500, seed=4, first_class=10)[0]
    assert separation(neighbours.distances(own), neighbours.distances(foreign)) > 0.99
    assert (neighbours.distances(foreign) > limit.limit).mean() > 0.98


def test_fresh_photos_of_the_collection_are_held_back_at_most_once_in_twenty() -> None:
    shares, said = [], []
    for seed in range(40):
        fitted = fit(*drawn(120, seed=3 * seed), drawn(40, seed=3 * seed + 1)[0], PLENTY)
        assert fitted is not None
        vectors, limit = fitted
        distances = Neighbours(vectors, limit.neighbour).distances(drawn(1000, seed=3 * seed + 2)[0])
        shares.append((distances > limit.limit).mean())
        said.append(limit.held_back_share)
    # A promise about the mean; .01 is three standard errors of these 40 collections.
    assert 0.02 < np.mean(shares) < 0.06
    assert max(said) <= 0.05


def test_few_photos_to_judge_by_are_replaced_by_the_training_photos() -> None:
    shares = []
    for seed in range(40):
        fitted = fit(*drawn(120, seed=2 * seed), np.zeros((0, LENGTH), np.float32), PLENTY)
        assert fitted is not None
        vectors, limit = fitted
        distances = Neighbours(vectors, limit.neighbour).distances(drawn(1000, seed=2 * seed + 1)[0])
        shares.append((distances > limit.limit).mean())
    assert 0.02 < np.mean(shares) < 0.06


def test_few_unseen_photos_are_never_held_back_themselves() -> None:
    training, labels = drawn(120, seed=1)
    unseen = drawn(10, seed=2)[0] + np.float32(0.5)
    fitted = fit(training, labels, unseen, PLENTY)
    assert fitted is not None
    vectors, limit = fitted
    # As if a backbone had been trained on the others: these lie farther away than all of them.
    distances = Neighbours(vectors, limit.neighbour).distances(unseen)
    assert limit.limit == pytest.approx(float(distances.max()))
    assert limit.limit > np.sort(Neighbours(vectors, limit.neighbour).distances(training, leave_out_itself=True))[-7]


@pytest.mark.parametrize("room", [200, 57, 5, 1])
def test_vectors_fit_into_the_room_and_come_from_every_class(room: int) -> None:
    training, labels = drawn(200, seed=1)
    labels[:3] = 4
    fitted = fit(training, labels, drawn(40, seed=2)[0], room * LENGTH * 2)
    assert fitted is not None
    vectors, limit = fitted
    assert vectors.dtype == np.float16
    assert vectors.shape == (room, LENGTH)
    assert (limit.vector_count, limit.length) == (room, LENGTH)
    similar = (training / np.linalg.norm(training, axis=1, keepdims=True)) @ vectors.astype(np.float32).T
    rows = similar.argmax(axis=0)
    np.testing.assert_allclose(similar.max(axis=0), 1, atol=1e-3)
    assert len(set(rows)) == room
    if room >= 57:
        assert {0, 1, 2} <= set(rows)
    if room >= 5:
        assert set(labels[rows]) == set(range(5))


def test_chosen_vectors_cover_better_than_random_ones() -> None:
    rng = np.random.default_rng(5)
    training, labels = drawn(3000, seed=1)
    fitted = fit(training, labels, drawn(100, seed=2)[0], 100 * LENGTH * 2)
    assert fitted is not None
    some = training[rng.choice(3000, 100, replace=False)].astype(np.float16)
    assert Neighbours(fitted[0], 1).distances(training).max() < Neighbours(some, 1).distances(training).max()


def test_large_collections_keep_the_most_vectors() -> None:
    rng = np.random.default_rng(1)
    training = rng.normal(0, 1, (MOST_VECTORS + 500, 4)).astype(np.float32)
    fitted = fit(training, np.arange(len(training)) % 50, training[:100], PLENTY)
    assert fitted is not None
    assert len(fitted[0]) == MOST_VECTORS


def test_the_same_seed_chooses_the_same_vectors() -> None:
    training, labels = drawn(300, seed=1)
    one, again = (fit(training, labels, training[:50], 60 * LENGTH * 2, seed=7) for _ in range(2))
    assert one is not None
    assert again is not None
    np.testing.assert_array_equal(one[0], again[0])


def test_all_photos_alike_are_like_each_other() -> None:
    training = np.tile(np.arange(LENGTH, dtype=np.float32), (60, 1))
    fitted = fit(training, np.arange(60) % 2, training[:20], 30 * LENGTH * 2)
    assert fitted is not None
    vectors, limit = fitted
    distances = Neighbours(vectors, limit.neighbour).distances(training * 3)
    assert (distances <= limit.limit).all()
    assert Neighbours(vectors, limit.neighbour).distances(training[:1, ::-1])[0] > limit.limit


def test_rows_without_a_direction_are_left_out() -> None:
    training, labels = drawn(60, seed=1)
    training[3], training[7, 2], training[9, 0] = 0, np.nan, np.inf
    unseen = drawn(30, seed=2)[0]
    unseen[0, 0], unseen[1] = np.nan, 0
    fitted = fit(training, labels, unseen, PLENTY)
    assert fitted is not None
    vectors, limit = fitted
    assert len(vectors) == 57
    assert np.isfinite(vectors).all()
    assert vectors.any(axis=1).all()
    distances = Neighbours(vectors, limit.neighbour).distances(training[[3, 7, 9]])
    np.testing.assert_array_equal(distances, [1, LARGEST_DISTANCE, LARGEST_DISTANCE])


def test_huge_and_tiny_numbers_have_directions() -> None:
    training, labels = drawn(60, seed=1)
    fitted = fit(training * np.float32(1e30), labels, training[:20] * np.float32(1e-30), PLENTY)
    assert fitted is not None
    assert Neighbours(fitted[0], 1).distances(training).max() < 1e-5


@pytest.mark.parametrize(("count", "neighbour"), [(20, 2), (40, 5), (400, MOST_NEIGHBOURS)])
def test_small_collections_measure_to_a_nearer_neighbour(count: int, neighbour: int) -> None:
    training, _ = drawn(count, seed=1)
    fitted = fit(training, np.arange(count) % 4, drawn(30, seed=2)[0], PLENTY)
    assert fitted is not None
    assert fitted[1].neighbour == neighbour


def test_too_few_photos_have_no_limit() -> None:
    training, labels = drawn(10, seed=1)
    assert fit(training, labels, training[:0], PLENTY) is None
    assert fit(np.zeros((50, LENGTH), np.float32), np.zeros(50, np.intp), training, PLENTY) is None
    assert fit(training, labels, drawn(30, seed=2)[0], LENGTH) is None
    assert fit(training[:0], labels[:0], drawn(30, seed=2)[0], PLENTY) is None
    assert fit(training[:1], labels[:1], drawn(30, seed=2)[0], PLENTY) is not None


def test_a_training_photo_is_not_its_own_neighbour() -> None:
    training, labels = drawn(100, seed=1)
    fitted = fit(training, labels, training[:0], PLENTY)
    assert fitted is not None
    neighbours = Neighbours(fitted[0], 1)
    assert neighbours.distances(training).max() < 1e-5
    others = np.stack([np.delete(training, row, axis=0) for row in range(5)])
    expected = [
        Neighbours(rest.astype(np.float16), 1).distances(training[row : row + 1])[0] for row, rest in enumerate(others)
    ]
    np.testing.assert_allclose(neighbours.distances(training[:5], leave_out_itself=True), expected, atol=1e-4)
