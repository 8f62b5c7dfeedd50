"""What the form says of a backbone's pixels is what the network does with them."""

import keras
import numpy as np
import pytest

from tlgui.learning.backbones.registry import BACKBONES, preprocess
from tlgui.learning.recipes.recipe import SMALL_CNN
from tlgui.ui.train.setting_notices import TRAINED_ON_MINUS_ONE_TO_ONE

PIXELS = np.random.default_rng(1).uniform(0, 255, (1, 8, 8, 3)).astype(np.float32)


def prepared(backbone_id: str, preprocessing: str) -> np.ndarray:
    rgb = keras.Input((8, 8, 3))
    model = keras.Model(rgb, preprocess(BACKBONES[backbone_id], preprocessing, rgb))
    return np.asarray(model(PIXELS))


@pytest.mark.parametrize("backbone_id", sorted(set(BACKBONES) - {SMALL_CNN}))
def test_only_the_backbones_named_so_were_trained_on_minus_one_to_one(backbone_id: str) -> None:
    own = prepared(backbone_id, "own")
    is_the_same = bool(np.abs(own - prepared(backbone_id, "-1 to 1")).max() < 0.01)

    assert is_the_same == (backbone_id in TRAINED_ON_MINUS_ONE_TO_ONE)
    # No other plain scaling is any backbone's own, so that choosing one always deserves its notice.
    assert np.abs(own - prepared(backbone_id, "0 to 1")).max() > 0.1
    assert np.abs(own - prepared(backbone_id, "none")).max() > 0.1
