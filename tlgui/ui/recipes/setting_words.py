"""Labels and help texts of the settings of a recipe, in the order of the forms.

Ranges, steps and units stand with the fields in `learning.recipes.recipe`. The mnemonics differ from those of the menus
and of the buttons on the Train page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SettingWords:
    """The texts of one setting.

    Args:
        label: The label, with the mnemonic after `&`.
        help: What it does, for the tooltip and for screen readers.
        choices: The names of its choices, by their values in the recipe.
        lowest: The name of its lowest number where that switches it off; empty for the number.
        highest: The name of its highest number where recipes are compared; empty for the number.
        is_share: Whether a number of 0 to 1 without a unit is shown as a percentage; a momentum of 0.9 is not.
    """

    label: str
    help: str
    choices: Mapping[str, str] = field(default_factory=dict)
    lowest: str = ""
    highest: str = ""
    is_share: bool = True


_OPTIMISERS = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop"}
_SCHEDULES = {"constant": "stays the same", "cosine": "falls to nothing (cosine)"}
_MOMENTUM = "How much of the last step goes on in the next one. Only SGD has it."
_WEIGHT_DECAY = "How strongly large weights are drawn back to 0, against learning by heart. Only AdamW and SGD have it."
_SCHEDULE = "What becomes of the learning rate from the first epoch to the last."
_WARM_UP = "Epochs in which the learning rate grows from nothing to its full size, so that the start breaks nothing."

TRAINING: dict[str, SettingWords] = {
    "epochs": SettingWords("Epo&chs", "The most times the training goes through all its photos."),
    "batch_size": SettingWords(
        "&Batch size", "How many photos are learned from at once. Smaller needs less memory and takes longer."
    ),
    "learning_rate": SettingWords(
        "&Learning rate", "How large each step of learning is. Too large never settles, too small never arrives."
    ),
    "early_stopping.enabled": SettingWords(
        "Stop when nothing &improves", "End the training when the validation photos no longer gain from it."
    ),
    "early_stopping.patience": SettingWords("Patie&nce", "Epochs to wait for an improvement before stopping early."),
}

AUGMENTATION: dict[str, SettingWords] = {
    "augmentation.when": SettingWords(
        "Make variations",
        "Variations made once are fast: the backbone looks at each of them a single time. New ones in each epoch teach "
        "more, and every epoch takes as long as the first.",
        {"copies": "once, before the training", "every epoch": "anew in each epoch"},
    ),
    "augmentation.copies": SettingWords(
        "Variations of each photo", "How many variations of each photo to learn from.", lowest="none"
    ),
    "augmentation.keep_photo": SettingWords(
        "Learn from the photo too", "Off, the training sees the variations alone, as some tutorials do."
    ),
    "augmentation.rotation": SettingWords("&Rotation", "The largest turn, to either side."),
    "augmentation.shift_horizontal": SettingWords(
        "Hori&zontal shift", "The largest shift to the left or right, as a share of the width."
    ),
    "augmentation.shift_vertical": SettingWords(
        "Vertical shift", "The largest shift up or down, as a share of the height."
    ),
    "augmentation.shear": SettingWords("Shear", "The largest slant, to either side."),
    "augmentation.zoom": SettingWords("Zoo&m", "The largest change of size, smaller or larger."),
    "augmentation.smallest_crop": SettingWords(
        "Smallest crop",
        "A random part of the photo is shown, of at least this share of its area; 100 % shows all of it.",
    ),
    "augmentation.brightness": SettingWords("Bri&ghtness", "The largest change of brightness, darker or lighter."),
    "augmentation.contrast": SettingWords("Contrast", "The largest change of contrast, paler or stronger."),
    "augmentation.flip_horizontal": SettingWords(
        "Mirror half of them", "Flip about half of the variations left to right."
    ),
    "augmentation.flip_vertical": SettingWords(
        "Turn half of them upside down",
        "Flip about half of the variations top to bottom. It helps with pictures from above; most things in "
        "photos have a right way up.",
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

FINE_TUNING: dict[str, SettingWords] = {
    "fine_tuning.when": SettingWords(
        "Train the backbone too",
        "“Never” keeps the backbone as it is, which is fast. Once the head is trained, the later blocks can learn from "
        "your photos too: more accurate, far slower. “From the start” suits a network that begins with random numbers.",
        {"never": "never", "after the head": "once the head is trained", "from the start": "from the start"},
    ),
    "fine_tuning.from_block": SettingWords(
        "From block",
        "The first part of the backbone that learns; those before it stay as they are.",
        {"": "the first: all of it"},
    ),
    "fine_tuning.epochs": SettingWords(
        "Epochs", "The most times the training goes through all its photos once the backbone learns too."
    ),
    "fine_tuning.learning_rate": SettingWords(
        "Learning rate",
        "How large each step is. A low rate keeps what the backbone knows; a high one makes it forget.",
    ),
    "fine_tuning.optimizer": SettingWords("Optimiser", "The method by which its steps are made.", _OPTIMISERS),
    "fine_tuning.momentum": SettingWords("Momentum", _MOMENTUM, is_share=False),
    "fine_tuning.weight_decay": SettingWords("Weight decay", _WEIGHT_DECAY, is_share=False),
    "fine_tuning.schedule": SettingWords("Learning rate over time", _SCHEDULE, _SCHEDULES),
    "fine_tuning.warm_up": SettingWords("Warm-up", _WARM_UP, lowest="none"),
}

SPLIT: dict[str, SettingWords] = {
    "split.validation": SettingWords(
        "Vali&dation share", "The share of each class that is kept apart to judge the training by."
    ),
    "split.test": SettingWords(
        "Test share", "The share of each class that is never touched until an evaluation.", lowest="none"
    ),
    "split.use_own": SettingWords(
        "Use the folder's own split", "Keep to the train, validation and test folders where the folder has them."
    ),
    "seed": SettingWords("Seed", "The number that fixes every random choice: the same seed gives the same training."),
}

NETWORK: dict[str, SettingWords] = {
    "input_size": SettingWords(
        "Input size", "The side of the square each photo is brought to. Larger shows more detail and takes longer."
    ),
    "small_photos": SettingWords(
        "Where photos are small",
        "EfficientNet-Lite2 sees more in large photos, and less in those smaller than its input, which must be blown "
        "up. Where half of the photos or more are that small, EfficientNet-Lite0 can learn in its place.",
        {"same backbone": "the same backbone", "smaller backbone": "EfficientNet-Lite0"},
    ),
    "preprocessing": SettingWords(
        "Pixel scaling",
        "How the numbers of a photo reach the backbone. A pretrained one sees best with the scaling it was trained "
        "on; some tutorials divide by 255 whatever that was, which costs accuracy.",
        {
            "own": "as it was trained",
            "0 to 1": "0 to 1 (divided by 255)",
            "-1 to 1": "-1 to 1",
            "none": "none (0 to 255)",
        },
    ),
    "cut_layer": SettingWords(
        "Cut after",
        "The last part of the backbone that is used. Earlier parts see edges and textures, later ones whole things.",
        {"": "the last: all of it"},
    ),
    "pooling": SettingWords(
        "Pooling",
        "How the map the backbone makes of a photo is brought together.",
        {"average": "average", "max": "largest value", "flatten": "keep the whole map"},
    ),
    "head.dense_units": SettingWords(
        "Hidden layer", "How many units the layer between the backbone and the answer has.", lowest="none"
    ),
    "head.feature_dropout": SettingWords(
        "Feature dropout",
        "The share of the features left out at random in front of the hidden layer, so that it relies on no single "
        "one.",
        lowest="none",
    ),
    "head.dropout": SettingWords(
        "Dropout",
        "The share of inputs left out at random while training, so that nothing is learned by heart.",
        lowest="none",
    ),
    "head.output": SettingWords(
        "Output",
        "Softmax shares one certainty among the classes, right where each photo shows one of them. Sigmoid asks for "
        "each class by itself, as some tutorials do; it learns worse when the classes exclude each other.",
        {"softmax": "softmax: one class a photo", "sigmoid": "sigmoid: each class by itself"},
    ),
}

STEPS: dict[str, SettingWords] = {
    "optimizer": SettingWords("Optimiser", "The method by which the training steps are made.", _OPTIMISERS),
    "momentum": SettingWords("Momentum", _MOMENTUM, is_share=False),
    "weight_decay": SettingWords("Weight decay", _WEIGHT_DECAY, is_share=False),
    "schedule": SettingWords("Learning rate over time", _SCHEDULE, _SCHEDULES),
    "warm_up": SettingWords("Warm-up", _WARM_UP, lowest="none"),
    "label_smoothing": SettingWords(
        "Label smoothing",
        "How much certainty is spread over the other classes; helps where some labels are wrong.",
        lowest="none",
    ),
    "class_weighting": SettingWords(
        "Class weighting",
        "Where some classes have few photos, each of those can count for more, so that all classes weigh alike.",
        {"none": "every photo counts alike", "balanced": "every class counts alike"},
    ),
    "most_batches": SettingWords(
        "Steps an epoch at most",
        "Ends an epoch after so many batches, whatever photos are left for the next one.",
        lowest="no limit",
    ),
}

ENDING: dict[str, SettingWords] = {
    "early_stopping.watch": SettingWords(
        "Best epoch by",
        "What tells the best epoch, and when nothing improves any more: both measured on the validation photos.",
        {"loss": "validation loss", "accuracy": "validation accuracy"},
    ),
    "early_stopping.keep_best": SettingWords(
        "Keep the best epoch", "Off, the model is what the last epoch left, even where an earlier one was better."
    ),
    "early_stopping.target_accuracy": SettingWords(
        "Stop at an accuracy of",
        "Ends the training once it is right this often on the training photos and on the validation photos; 100 % "
        "never does.",
        highest="never",
    ),
}

ADVANCED: dict[str, SettingWords] = {**NETWORK, **STEPS, **ENDING}

SETTINGS: dict[str, SettingWords] = {
    "backbone": SettingWords("Backbone", "The pretrained network that looks at your photos."),
    "weights": SettingWords("Weights", "Where the numbers come from that the backbone knows."),
    **TRAINING,
    **AUGMENTATION,
    **FINE_TUNING,
    **SPLIT,
    **ADVANCED,
}

# The words of the glossary that explain a setting, see `ui.text.glossary`.
SETTING_TERMS: dict[str, str] = {
    "backbone": "backbone",
    "weights": "weights",
    "epochs": "epoch",
    "batch_size": "batch",
    "learning_rate": "learning-rate",
    "early_stopping.enabled": "validation",
    "early_stopping.patience": "epoch",
    "augmentation.when": "variations",
    "augmentation.copies": "variations",
    "augmentation.keep_photo": "variations",
    "fine_tuning.when": "fine-tuning",
    "fine_tuning.from_block": "backbone",
    "fine_tuning.epochs": "epoch",
    "fine_tuning.learning_rate": "learning-rate",
    "fine_tuning.optimizer": "optimiser",
    "fine_tuning.schedule": "learning-rate",
    "fine_tuning.warm_up": "epoch",
    "split.validation": "validation",
    "split.test": "test-photos",
    "cut_layer": "backbone",
    "pooling": "features",
    "head.dense_units": "head",
    "head.feature_dropout": "dropout",
    "head.dropout": "dropout",
    "head.output": "head",
    "optimizer": "optimiser",
    "schedule": "learning-rate",
    "warm_up": "epoch",
    "most_batches": "batch",
    "early_stopping.watch": "validation",
    "early_stopping.keep_best": "epoch",
    "early_stopping.target_accuracy": "accuracy",
}


def setting_name(path: str) -> str:
    """Return the name of the setting at `path` outside its group, such as “Fine-tuning: epochs”."""
    label = SETTINGS[path].label.replace("&", "")
    if path in FINE_TUNING and path != "fine_tuning.when":
        # Only the first letter, because names such as SGD follow.
        return f"Fine-tuning: {label[0].lower()}{label[1:]}"
    return label
