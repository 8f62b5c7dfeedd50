"""The words for a backbone that is another one than the recipe's, by the size of the photos."""

from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.backbones.photo_sizes import for_photos
from tlgui.learning.recipes.recipe import Recipe
from tlgui.photos.collection import Collection


def smaller_backbone_in_words(recipe: Recipe, collection: Collection) -> str:
    """Return why another backbone learns from the photos than the recipe names, as a sentence; empty where none does.

    Args:
        recipe: The recipe as the user chose it.
        collection: The photos.
    """
    used = for_photos(recipe, collection).backbone
    if used == recipe.backbone:
        return ""
    return (
        f"Half of your photos or more are smaller than {recipe.input_size} pixels, so {BACKBONE_TITLES[used].title} "
        f"learns from them: it sees small photos better than {BACKBONE_TITLES[recipe.backbone].title}."
    )
