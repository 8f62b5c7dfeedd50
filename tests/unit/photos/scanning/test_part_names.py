"""Which folder names are those of parts of a split."""

import pytest

from tlgui.photos.collection import Part
from tlgui.photos.scanning.part_names import is_dated, is_generic, is_subdivision, part_named


@pytest.mark.parametrize(
    ("name", "part"),
    [
        *(
            (name, Part.TRAINING)
            for name in ("train", "TRAINING", "training_set", "seg_train", "train2017", "trainVal")
        ),
        *((name, Part.VALIDATION) for name in ("val", "valid", "Validation Images", "dev", "dev_set", "images-val")),
        *((name, Part.TEST) for name in ("test", "testing", "test1", "TestImages", "eval", "evaluation data")),
        *(
            (name, None)
            for name in ("trainers", "contest", "valley", "device", "train_test", "Étest", "2023", "🚂", "")
        ),
    ],
)
def test_part_is_known_by_a_word_of_its_name(name: str, part: Part | None) -> None:
    assert part_named(name) is part


def test_names_that_say_nothing_of_a_class_are_known() -> None:
    assert all(map(is_generic, ("images", "test1", "train_data", "all", "42", "unlabeled")))
    assert not any(map(is_generic, ("cats", "train of cats", "images of cats")))
    assert all(map(is_subdivision, ("2023", "01", "May", "site 4", "100CANON", "2023-05-01", "session_2")))
    assert not any(map(is_subdivision, ("tabby", "2023 tabby", "siamese 2")))
    assert all(map(is_dated, ("2023", "2023-05", "20230501", "101_PANA")))
    assert not any(map(is_dated, ("0", "7", "1234", "cats")))
