"""What each setting of a recipe is called on screen, and what it does, in the order the forms show them.

Ranges, steps and units are not here: they stand with the settings in `learning.recipe`. Mnemonics keep clear of those
of the menus and of the page's buttons.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SettingWords:
    """A setting in words.

    Args:
        label: Its label, with the mnemonic after `&`.
        help: What it does, in a sentence or two, for the tooltip and for screen readers.
        choices: What its choices are called, by their value in the recipe.
    """

    label: str
    help: str
    choices: Mapping[str, str] = field(default_factory=dict)


TRAINING: dict[str, SettingWords] = {
    "epochs": SettingWords("&Epochs", "The most times the training goes through all its photos."),
    "batch_size": SettingWords(
        "&Batch size", "How many photos are learned from at once. Smaller needs less memory and takes longer."
    ),
    "learning_rate": SettingWords(
        "&Learning rate", "How large each step of learning is. Too large never settles, too small never arrives."
    ),
    "split.validation": SettingWords(
        "Vali&dation share", "The share of each class that is kept apart to judge the training by."
    ),
    "early_stopping.enabled": SettingWords(
        "Stop early when nothing &improves", "End the training when the validation photos no longer gain from it."
    ),
    "early_stopping.patience": SettingWords("Patie&nce", "Epochs to wait for an improvement before stopping early."),
}

AUGMENTATION: dict[str, SettingWords] = {
    "augmentation.copies": SettingWords(
        "Copies of each photo", "How many changed copies to learn from, beside each photo itself."
    ),
    "augmentation.rotation": SettingWords("&Rotation", "The largest turn, to either side."),
    "augmentation.shift_horizontal": SettingWords(
        "Hori&zontal shift", "The largest shift to the left or right, as a share of the width."
    ),
    "augmentation.shift_vertical": SettingWords(
        "Verti&cal shift", "The largest shift up or down, as a share of the height."
    ),
    "augmentation.shear": SettingWords("Shear", "The largest slant, to either side."),
    "augmentation.zoom": SettingWords("Zoo&m", "The largest change of size, smaller or larger."),
    "augmentation.brightness": SettingWords("Bri&ghtness", "The largest change of brightness, darker or lighter."),
    "augmentation.flip_horizontal": SettingWords(
        "Mirror half of the copies", "Flip about half of the copies left to right."
    ),
    "augmentation.fill_mode": SettingWords(
        "Fill empt&y space with",
        "What fills the space that a turn or a shift leaves empty.",
        {
            "nearest": "the nearest pixels",
            "reflect": "the photo reflected",
            "wrap": "the other side of the photo",
            "constant": "black",
        },
    ),
}

ADVANCED: dict[str, SettingWords] = {
    "input_size": SettingWords(
        "Input size", "The side of the square each photo is brought to. Larger shows more detail and takes longer."
    ),
    "pooling": SettingWords(
        "Pooling",
        "How the map the backbone makes of a photo is brought together.",
        {"average": "average", "max": "largest value", "flatten": "keep the whole map"},
    ),
    "head.dense_units": SettingWords(
        "Hidden layer", "How many units the layer between the backbone and the answer has; 0 for no such layer."
    ),
    "head.dropout": SettingWords(
        "Dropout", "The share of inputs left out at random while training, so that nothing is learned by heart."
    ),
    "optimizer": SettingWords(
        "Optimiser",
        "The method by which the training steps are made.",
        {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop"},
    ),
    "label_smoothing": SettingWords(
        "Label smoothing", "How much certainty is spread over the other classes; helps where some labels are wrong."
    ),
    "split.test": SettingWords("Test share", "The share of each class that is never touched until an evaluation."),
    "split.use_own": SettingWords(
        "Use the folder's own split", "Keep to the train, validation and test folders where the folder has them."
    ),
    "seed": SettingWords("Seed", "The number that fixes every random choice: the same seed gives the same training."),
}

# Chosen with controls of their own, not by one of the tables above.
CHOSEN_ELSEWHERE = frozenset({"name", "description", "backbone", "weights"})
