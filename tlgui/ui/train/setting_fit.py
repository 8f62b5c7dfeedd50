"""Settings that depend on each other: what else changes with the backbone, the weights, the cut or fine-tuning."""

import dataclasses

from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.recipes.recipe import (
    DOWNLOAD,
    FROM_START,
    LAST_LAYER,
    NEVER,
    NO_WEIGHTS,
    SHIPPED,
    SHIPPED_BACKBONES,
    SMALL_CNN,
    WHOLE_NETWORK,
    Recipe,
)

CUT_LAYER, FROM_BLOCK, WHEN_TUNED = "cut_layer", "fine_tuning.from_block", "fine_tuning.when"


def block_names(backbone: str) -> tuple[str, ...]:
    """Return the names of a backbone's blocks, from input to output."""
    return tuple(name for name, _layer in BACKBONE_TITLES[backbone].blocks)


def usual_weights(backbone: str) -> str:
    """Return the default weights of a backbone."""
    if backbone == SMALL_CNN:
        return NO_WEIGHTS
    return SHIPPED if backbone in SHIPPED_BACKBONES else DOWNLOAD


def with_backbone(recipe: Recipe, backbone: str, weights: str) -> Recipe:
    """Return `recipe` with another backbone, the input size of that, and no block or layer that it does not have.

    Args:
        recipe: The recipe to change.
        backbone: The id of the new backbone.
        weights: The weights of the new backbone.
    """
    names = _names(backbone)
    tuning = recipe.fine_tuning
    changed = dataclasses.replace(
        recipe,
        backbone=backbone,
        input_size=BACKBONE_TITLES[backbone].input_size,
        cut_layer=recipe.cut_layer if recipe.cut_layer in names else LAST_LAYER,
        fine_tuning=dataclasses.replace(
            tuning, from_block=tuning.from_block if tuning.from_block in names else _later_half(backbone)
        ),
    )
    return with_weights(changed, weights)


def with_weights(recipe: Recipe, weights: str) -> Recipe:
    """Return `recipe` with other weights, and fine-tuning to go with them.

    Random weights are useful only if they are trained from the start, which in turn destroys pretrained ones.
    """
    was_random, is_random = recipe.weights == NO_WEIGHTS, weights == NO_WEIGHTS
    tuning = recipe.fine_tuning
    if is_random and not was_random:
        tuning = dataclasses.replace(tuning, when=FROM_START, from_block=WHOLE_NETWORK)
    elif was_random and not is_random and tuning.when == FROM_START:
        tuning = dataclasses.replace(tuning, when=NEVER, from_block=_later_half(recipe.backbone))
    return dataclasses.replace(recipe, weights=weights, fine_tuning=tuning)


def with_cut(recipe: Recipe, layer: str) -> Recipe:
    """Return `recipe` with another cut; fine-tuning begins no later than the last block before the cut."""
    changed = dataclasses.replace(recipe, cut_layer=layer)
    tuning = changed.fine_tuning
    left, names = tuning_blocks(changed), block_names(recipe.backbone)
    if tuning.from_block in names and tuning.from_block not in left:
        tuning = dataclasses.replace(tuning, from_block=left[-1])
    return dataclasses.replace(changed, fine_tuning=tuning)


def with_tuning(recipe: Recipe, when: str) -> Recipe:
    """Return `recipe` with fine-tuning at another time.

    Switched on for pretrained weights, it covers about the later half of the blocks: the early ones detect edges and
    colours, which every collection has, and take longest to train.
    """
    tuning = dataclasses.replace(recipe.fine_tuning, when=when)
    is_switched_on = recipe.fine_tuning.when == NEVER and when != NEVER
    if is_switched_on and tuning.from_block == WHOLE_NETWORK and recipe.weights != NO_WEIGHTS:
        block, left = _later_half(recipe.backbone), tuning_blocks(recipe)
        tuning = dataclasses.replace(tuning, from_block=block if block in left or not left else left[-1])
    return dataclasses.replace(recipe, fine_tuning=tuning)


def tuning_blocks(recipe: Recipe) -> tuple[str, ...]:
    """Return the blocks that fine-tuning can begin at: those before the cut."""
    blocks = BACKBONE_TITLES[recipe.backbone].blocks
    for place, block in enumerate(blocks):
        if recipe.cut_layer in block:
            return tuple(name for name, _layer in blocks[: place + 1])
    return block_names(recipe.backbone)


def _names(backbone: str) -> frozenset[str]:
    """Return the valid values of a cut or of the start of fine-tuning: empty, the blocks, and their last layers."""
    return frozenset({"", *(name for block in BACKBONE_TITLES[backbone].blocks for name in block)})


def _later_half(backbone: str) -> str:
    """Return the first block of about the later half of a backbone's blocks."""
    names = block_names(backbone)
    return names[(len(names) + 1) // 2] if len(names) > 1 else WHOLE_NETWORK
