"""The order of cached examples, and the batches that TensorFlow makes of them."""

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
    data = CachedTrainingData(Examples(np.arange(40, dtype=np.float32).reshape(20, 2), labels), 3, recipe)
    dataset = data.dataset(np.array([1, 2, 3], np.float32))

    assert data.class_counts == [7, 7, 6]
    for number in (2, 1):
        data.begin_epoch(number)
        batches = [tuple(np.asarray(part) for part in batch) for batch in dataset]
        rows = [batch.rows for batch in BatchOrder(20, recipe, epochs_before=0).epoch(number)]
        assert len(batches) == 3
        for (inputs, one_hot, weights), expected in zip(batches, rows, strict=True):
            np.testing.assert_array_equal(inputs[:, 0], 2 * expected)
            np.testing.assert_array_equal(one_hot.argmax(axis=1), labels[expected])
            np.testing.assert_array_equal(weights, labels[expected] + 1)
