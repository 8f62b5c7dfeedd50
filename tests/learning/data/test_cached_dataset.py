"""The order of cached examples, and the batches that TensorFlow makes of them."""

import itertools
from collections import Counter

import numpy as np
import pytest

from tlgui.learning.data import cached_dataset
from tlgui.learning.data.cached_dataset import BatchOrder, CachedTrainingData, Examples
from tlgui.learning.recipes.recipe import Recipe


def test_few_batches_an_epoch_take_the_next_part_each_time() -> None:
    recipe = Recipe(batch_size=8, most_batches=5)
    order = BatchOrder(90, recipe, epochs_before=0)

    assert order.batches == 5
    batches = [batch.rows for number in range(1, 13) for batch in order.epoch(number)]
    first, second = np.concatenate(batches[:12]), np.concatenate(batches[12:24])
    assert sorted(first) == sorted(second) == list(range(90)), "each row is used once before any is used twice"
    assert list(first) != list(second)
    assert [batch.pass_number for number in (2, 3) for batch in order.epoch(number)] == [1] * 7 + [2] * 3
    # An epoch can be requested by itself, as after a kill.
    again = [batch.rows for batch in BatchOrder(90, recipe, epochs_before=0).epoch(7)]
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(again, batches[30:35], strict=True))


def test_every_row_is_used_once_an_epoch() -> None:
    # A limit beyond the batches there are changes nothing.
    order = BatchOrder(50, Recipe(batch_size=8, most_batches=12), epochs_before=3)

    seen = Counter(int(row) for batch in order.epoch(2) for row in batch.rows)

    assert seen == dict.fromkeys(range(50), 1)


@pytest.mark.parametrize("most_in_memory", [10**6, 0], ids=["in memory", "on the disk"])
def test_batches_are_the_rows_of_the_epoch_with_the_weights_of_their_classes(
    most_in_memory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached_dataset, "LARGEST_IN_MEMORY", most_in_memory)
    recipe = Recipe(batch_size=8)
    labels = np.arange(20) % 3

    for number in (2, 1):
        data = CachedTrainingData(Examples(np.arange(40, dtype=np.float32).reshape(20, 2), labels), 3, recipe)
        data.begin_epoch(number)
        dataset = data.dataset(np.array([1, 2, 3], np.float32))
        batches = [tuple(np.asarray(part) for part in batch) for batch in dataset.take(3)]
        rows = [batch.rows for batch in BatchOrder(20, recipe, epochs_before=0).epoch(number)]
        assert data.class_counts == [7, 7, 6]
        assert data.batches == 3
        for (inputs, one_hot, weights), expected in zip(batches, rows, strict=True):
            np.testing.assert_array_equal(inputs[:, 0], 2 * expected)
            np.testing.assert_array_equal(one_hot.argmax(axis=1), labels[expected])
            np.testing.assert_array_equal(weights, labels[expected] + 1)


def rows_of_epochs(count: int, epochs: int) -> tuple[CachedTrainingData, list[list[int]]]:
    """Return training data with one example a batch, and the rows that `fit` gets in each of its epochs from 3 on."""
    features = np.arange(count, dtype=np.float32)[:, None]
    data = CachedTrainingData(Examples(features, np.zeros(count, np.intp)), 1, Recipe(batch_size=1))
    dataset = data.dataset(np.ones(1, np.float32))
    rows: list[list[int]] = []
    batches = iter(dataset)
    for number in range(3, 3 + epochs):
        data.begin_epoch(number)
        if not data.is_endless:
            batches = iter(dataset)
        rows.append([int(inputs[0, 0]) for inputs, _, _ in itertools.islice(batches, data.batches)])
    return data, rows


@pytest.mark.parametrize(("count", "at_once", "is_endless"), [(25, 25, True), (60, 30, True), (53, 25, False)])
def test_epochs_follow_one_another_whether_one_iterator_gives_all_of_them(
    count: int, at_once: int, *, is_endless: bool
) -> None:
    data, rows = rows_of_epochs(count, epochs=3)

    assert (data.batches, data.batches_at_once, data.is_endless) == (count, at_once, is_endless)
    order = BatchOrder(count, Recipe(batch_size=1), epochs_before=0)
    assert rows == [[int(batch.rows[0]) for batch in order.epoch(number)] for number in (3, 4, 5)]
