"""The sentence about the smaller backbone names the size and both backbones, and is there only where it is taken."""

from pathlib import Path

from tlgui.learning.recipes.built_in import BEST, THOROUGH
from tlgui.photos.collection import Collection
from tlgui.text.backbones import smaller_backbone_in_words


def test_sentence_names_the_size_and_both_backbones() -> None:
    small, large = (Collection(Path("/photos"), (), short_side=side) for side in (128, 400))

    assert smaller_backbone_in_words(BEST, small) == (
        "Half of your photos or more are smaller than 260 pixels, so EfficientNet-Lite0 learns from them: it sees "
        "small photos better than EfficientNet-Lite2."
    )
    assert smaller_backbone_in_words(BEST, large) == smaller_backbone_in_words(THOROUGH, small) == ""
