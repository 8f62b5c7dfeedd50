"""Notices below settings whose value costs accuracy, although tutorials use it."""

from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.recipes.recipe import FROM_START, NEVER, NO_WEIGHTS, SHIPPED_BACKBONES, Recipe

# Backbones with their own scaling to -1 to 1, exactly or nearly.
TRAINED_ON_MINUS_ONE_TO_ONE = frozenset(
    {
        "efficientnet-lite0",
        "efficientnet-lite2",
        "inceptionv3",
        "xception",
        "resnet50v2",
        "mobilenetv2",
        "mobilenetv3small",
        "mobilenetv3large",
        "efficientnetv2s",
        "nasnetmobile",
    }
)

# The settings that can have a notice.
NOTICED = ("preprocessing", "head.output", "fine_tuning.when")


def notice(recipe: Recipe, path: str) -> str:
    """Return the notice for the setting at `path`, one or two sentences; empty if there is none."""
    if path == "preprocessing":
        return _preprocessing(recipe)
    if path == "head.output" and recipe.head.output == "sigmoid":
        return (
            "Some tutorials do this, but here each photo shows one class: softmax is right for that, and learns better."
        )
    if path == "fine_tuning.when":
        return _tuning(recipe)
    return ""


def _preprocessing(recipe: Recipe) -> str:
    is_the_same = recipe.preprocessing == "-1 to 1" and recipe.backbone in TRAINED_ON_MINUS_ONE_TO_ONE
    if recipe.preprocessing == "own" or is_the_same or recipe.weights == NO_WEIGHTS:
        return ""
    title = BACKBONE_TITLES[recipe.backbone].title
    return (
        f"Some tutorials do this, but {title} was trained on pixels scaled another way, and sees less well like this. "
        "“As it was trained” is right."
    )


def _tuning(recipe: Recipe) -> str:
    when, is_random = recipe.fine_tuning.when, recipe.weights == NO_WEIGHTS
    if is_random and when == NEVER:
        return "This backbone begins with random numbers: unless it is trained too, it sees nothing in your photos."
    if not is_random and when == FROM_START:
        kind = "shipped" if recipe.backbone in SHIPPED_BACKBONES else "pretrained"
        return (
            f"The first steps, with a head that knows nothing yet, spoil much of what the {kind} backbone knows. "
            "“Once the head is trained” keeps it."
        )
    return ""
