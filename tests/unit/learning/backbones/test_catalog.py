"""Facts about backbones without TensorFlow; test_registry compares them with the networks."""

import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.backbones.published_weights import PUBLISHED
from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.learning.recipes.recipe import SHIPPED_BACKBONES, SMALL_CNN, Recipe


@pytest.mark.parametrize("recipe", BUILT_IN.values(), ids=list(BUILT_IN))
def test_built_in_recipe_names_blocks_that_there_are(recipe: Recipe) -> None:
    names = {"", *(name for name, _ in BACKBONE_TITLES[recipe.backbone].blocks)}

    assert recipe.cut_layer in names
    assert recipe.fine_tuning.from_block in names


def test_blocks_are_called_as_the_recipes_of_the_tutorials_call_them() -> None:
    names = {backbone: [name for name, _ in about.blocks] for backbone, about in BACKBONE_TITLES.items()}

    assert names["efficientnet-lite0"] == names["efficientnet-lite2"] == [f"block{number}" for number in range(1, 8)]
    assert names["vgg16"] == names["vgg19"] == [f"block{number}" for number in range(1, 6)]
    assert names["inceptionv3"] == [f"mixed{number}" for number in range(11)]


def test_everything_but_the_shipped_and_the_small_network_can_be_downloaded() -> None:
    assert set(PUBLISHED) == set(BACKBONE_TITLES) - SHIPPED_BACKBONES - {SMALL_CNN}


@pytest.mark.parametrize("backbone_id", PUBLISHED)
def test_published_file_has_a_safe_address_and_something_to_hold_it_to(backbone_id: str) -> None:
    published = PUBLISHED[backbone_id]

    assert urlsplit(published.url).scheme == "https"
    assert "/" not in published.name
    assert published.size == BACKBONE_TITLES[backbone_id].download_bytes > 10**6
    if published.checksum:
        assert len(published.checksum) in {32, 64}
        int(published.checksum, 16)


def test_catalog_loads_nothing_heavy() -> None:
    program = (
        "import sys, tlgui.learning.backbones.catalog, tlgui.learning.backbones.download;"
        "print({'numpy', 'keras', 'tensorflow', 'h5py'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)

    assert result.stdout.strip() == "set()"
