"""The recipe: every setting of a training, checked when it is made, and its JSON file.

Two families of trainings share the type: the head is trained on cached features, or end to end (`Recipe.is_cached`).
The seed fixes split, initial weights, order and augmentation: the same recipe on the same photos gives the same history
on the same machine. The built-in recipes are in `built_in`.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typing_extensions import override

from tlgui.errors import SettingError
from tlgui.files import read_regular, why_unreadable
from tlgui.learning.recipes.validation import Checked, choices, limits, replaced, text

# Version 2 added the settings of the tutorials' recipes, version 3 the backbone for small photos; in older files they
# take their defaults.
FORMAT_VERSION = 3

# Sources of a backbone's weights; any other text is the path of a file.
SHIPPED = "shipped"
DOWNLOAD = "download"
NO_WEIGHTS = "none"

BACKBONE_IDS = (
    "efficientnet-lite0",
    "efficientnet-lite2",
    "vgg16",
    "vgg19",
    "inceptionv3",
    "xception",
    "resnet50v2",
    "densenet121",
    "mobilenetv2",
    "mobilenetv3small",
    "mobilenetv3large",
    "efficientnetv2b0",
    "efficientnetv2s",
    "convnexttiny",
    "nasnetmobile",
    "small-cnn",
)
EMBEDDED_BACKBONE = BACKBONE_IDS[0]
LARGER_BACKBONE = BACKBONE_IDS[1]
SHIPPED_BACKBONES = frozenset({EMBEDDED_BACKBONE, LARGER_BACKBONE})
SMALL_CNN = BACKBONE_IDS[-1]

WHOLE_NETWORK = ""
LAST_LAYER = ""
COPIES, EVERY_EPOCH = "copies", "every epoch"
SAME_BACKBONE, SMALLER_BACKBONE = "same backbone", "smaller backbone"
# The version number of a photo that is not augmented; augmented copies are counted from 1.
ORIGINAL = 0
NEVER, AFTER_HEAD, FROM_START = "never", "after the head", "from the start"

# Side of the largest input, in pixels.
LARGEST_INPUT = 1024
# A recipe may have the name of its file: 255 bytes, each shown by four characters where it is not valid Unicode.
_LONGEST_NAME = 1100
_LONGEST_TEXT = 4096
_MOST_FILE_BYTES = 2**20
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class SplitSettings(Checked):
    """How photos are divided.

    Args:
        validation: Share of each class that each epoch is validated on, .05 to .5.
        test: Share of each class that is kept for an evaluation, 0 to .4.
        use_own: Whether to use the train, validation and test folders of a collection that has them.
    """

    validation: float = field(default=0.2, metadata=limits(0.05, 0.5, step=0.05))
    test: float = field(default=0.0, metadata=limits(0.0, 0.4, step=0.05))
    use_own: bool = True


@dataclass(frozen=True)
class Augmentation(Checked):
    """Random changes of training photos.

    Args:
        rotation: Largest rotation to either side, in degrees.
        shift_horizontal: Largest shift to either side, as a share of the width.
        shift_vertical: Largest shift up or down, as a share of the height.
        shear: Largest shear to either side, in degrees.
        zoom: Largest change of size, as a share: 0.2 means 80 % to 120 %.
        flip_horizontal: Whether half of the copies are mirrored; of copies that are made once, the first, the third
            and so on.
        brightness: Largest change of brightness, as a share of the full range.
        fill_mode: What fills the area that a rotation or shift leaves empty.
        copies: Variations of each training photo, made once; 0 for none.
        flip_vertical: Whether half of the copies are mirrored upside down.
        contrast: Largest change of contrast, as a share: 0.2 means 80 % to 120 %.
        smallest_crop: Smallest area of the random crop, as a share of the photo; 1 crops nothing.
        when: `"copies"` makes the copies once and trains on them in each epoch; `"every epoch"` changes each photo
            anew in each epoch and ignores `copies`.
        keep_photo: Whether the unchanged photo is trained on too, beside its copies.
    """

    rotation: float = field(default=0.0, metadata=limits(0.0, 180.0, "degrees", step=5))
    shift_horizontal: float = field(default=0.0, metadata=limits(0.0, 0.9, step=0.05))
    shift_vertical: float = field(default=0.0, metadata=limits(0.0, 0.9, step=0.05))
    shear: float = field(default=0.0, metadata=limits(0.0, 60.0, "degrees", step=5))
    zoom: float = field(default=0.0, metadata=limits(0.0, 0.9, step=0.05))
    flip_horizontal: bool = False
    brightness: float = field(default=0.0, metadata=limits(0.0, 0.9, step=0.05))
    fill_mode: str = field(default="nearest", metadata=choices("nearest", "reflect", "wrap", "constant"))
    copies: int = field(default=0, metadata=limits(0, 50))
    flip_vertical: bool = False
    contrast: float = field(default=0.0, metadata=limits(0.0, 0.9, step=0.05))
    smallest_crop: float = field(default=1.0, metadata=limits(0.05, 1.0, step=0.05))
    when: str = field(default=COPIES, metadata=choices(COPIES, EVERY_EPOCH))
    keep_photo: bool = True

    @property
    def copy_numbers(self) -> tuple[int, ...]:
        """The versions of each training photo that are made once: 0 is the unchanged photo, others are copies."""
        if self.when == EVERY_EPOCH or not self.copies:
            return (ORIGINAL,)
        return tuple(range(ORIGINAL if self.keep_photo else 1, self.copies + 1))


@dataclass(frozen=True)
class Head(Checked):
    """The layers trained on top of the backbone.

    Args:
        dense_units: Units of the hidden layer; 0 for no such layer.
        dropout: Share of the inputs of the last layer that are dropped while training.
        output: `"softmax"` for probabilities that sum to 1, right where each photo has one class; `"sigmoid"` for one
            probability a class with the binary cross-entropy, as some tutorials have it.
        feature_dropout: Share of the features that are dropped in front of a hidden layer while training.
    """

    dense_units: int = field(default=0, metadata=limits(0, 8192, "units", step=32))
    dropout: float = field(default=0.0, metadata=limits(0.0, 0.9, step=0.05))
    output: str = field(default="softmax", metadata=choices("softmax", "sigmoid"))
    feature_dropout: float = field(default=0.0, metadata=limits(0.0, 0.9, step=0.05))


@dataclass(frozen=True)
class EarlyStopping(Checked):
    """When to end before the last epoch, and which epoch to keep.

    Args:
        enabled: Whether to end when the watched metric no longer improves.
        patience: Epochs without an improvement before the training ends.
        watch: The metric on the validation photos; it also decides which epoch is the best.
        keep_best: Whether to keep the weights of the best epoch, and not of the last one.
        target_accuracy: End once training and validation accuracy are both above this; 1 for no such end.
    """

    enabled: bool = True
    patience: int = field(default=5, metadata=limits(1, 1000, "epochs"))
    watch: str = field(default="loss", metadata=choices("loss", "accuracy"))
    keep_best: bool = True
    target_accuracy: float = field(default=1.0, metadata=limits(0.1, 1.0, step=0.01))


@dataclass(frozen=True)
class Steps(Checked):
    """Optimizer, learning rate schedule and number of epochs.

    Args:
        optimizer: The optimizer's name.
        learning_rate: The largest learning rate.
        momentum: The momentum of SGD; other optimizers ignore it.
        weight_decay: The weight decay of AdamW and SGD; other optimizers ignore it.
        schedule: `"constant"` keeps the rate; `"cosine"` decreases it to 0 along half a cosine.
        warm_up: Epochs in which the rate increases from 0 to its largest.
        epochs: The most passes over the training photos.
    """

    optimizer: str = field(default="adam", metadata=choices("adam", "adamw", "sgd", "rmsprop"))
    learning_rate: float = field(default=0.001, metadata=limits(1e-7, 10.0))
    momentum: float = field(default=0.9, metadata=limits(0.0, 0.99, step=0.05))
    weight_decay: float = field(default=0.0, metadata=limits(0.0, 1.0, step=0.0001))
    schedule: str = field(default="constant", metadata=choices("constant", "cosine"))
    warm_up: float = field(default=0.0, metadata=limits(0.0, 100.0, "epochs", step=0.5))
    epochs: int = field(default=30, metadata=limits(1, 10_000, "epochs"))


@dataclass(frozen=True)
class FineTuning(Steps):
    """Whether the backbone is trained, from which block on, and with which steps; see `Steps` for the other settings.

    Args:
        when: `"never"`; `"after the head"` trains the blocks together with the head once the head is trained, with
            the steps here; `"from the start"` trains them together with the head with the recipe's steps.
        from_block: The first block that is trained, by its name in `backbones.catalog`; empty for the whole network.
    """

    optimizer: str = field(default="adamw", metadata=choices("adam", "adamw", "sgd", "rmsprop"))
    learning_rate: float = field(default=0.0003, metadata=limits(1e-7, 10.0))
    weight_decay: float = field(default=0.0001, metadata=limits(0.0, 1.0, step=0.0001))
    schedule: str = field(default="cosine", metadata=choices("constant", "cosine"))
    warm_up: float = field(default=0.5, metadata=limits(0.0, 100.0, "epochs", step=0.5))
    epochs: int = field(default=6, metadata=limits(1, 10_000, "epochs"))
    when: str = field(default=NEVER, metadata=choices(NEVER, AFTER_HEAD, FROM_START))
    from_block: str = field(default=WHOLE_NETWORK, metadata=text(_LONGEST_NAME))


@dataclass(frozen=True)
class Recipe(Steps):
    """Every setting of a training; see `Steps` for the settings of the head's training.

    Args:
        name: The recipe's name.
        description: What it does and when to use it, in two sentences.
        backbone: The backbone's id, one of `BACKBONE_IDS`.
        weights: `"shipped"`, `"download"`, `"none"` (random weights), or the path of a weights file for the backbone.
        input_size: Side of the square input, in pixels.
        small_photos: `"smaller backbone"` takes EfficientNet-Lite0 instead of Lite2 where half of the photos or more
            are smaller than the input, see `backbones.photo_sizes`; `"same backbone"` keeps the backbone.
        preprocessing: `"own"` scales pixels as in the backbone's own training, `"0 to 1"` and `"-1 to 1"` to these
            ranges as in some tutorials; `"none"` keeps 0 to 255.
        cut_layer: Where the backbone is cut: a block or layer by its name in `backbones.catalog`; empty for its last
            feature map.
        pooling: How the backbone's last feature map becomes a vector.
        head: The layers trained on top.
        label_smoothing: Share of the target probability that is spread over all classes.
        class_weighting: `"balanced"` weights photos so that all classes have the same weight in the loss.
        batch_size: Photos in one training step.
        most_batches: The most training steps in one epoch; 0 for all.
        early_stopping: When to end before the last epoch.
        fine_tuning: Whether and how the backbone is trained.
        split: How photos are divided.
        augmentation: Random changes of training photos.
        seed: Fixes split, initial weights, order and augmentation.

    >>> recipe = Recipe(name="Longer", epochs=60, head=Head(dense_units=128))
    >>> Recipe.from_json(recipe.to_json()) == recipe
    True
    >>> Recipe(epochs=0)
    Traceback (most recent call last):
    tlgui.errors.SettingError: Epochs must be from 1 to 10000 epochs; it is 0.
    """

    name: str = field(default="Quick", metadata=text(_LONGEST_NAME))
    description: str = field(default="", metadata=text(_LONGEST_TEXT))
    backbone: str = field(default=EMBEDDED_BACKBONE, metadata=choices(*BACKBONE_IDS))
    weights: str = field(default=SHIPPED, metadata=text(_LONGEST_TEXT, is_verbatim=True))
    input_size: int = field(default=224, metadata=limits(32, LARGEST_INPUT, "pixels", step=32))
    small_photos: str = field(default=SAME_BACKBONE, metadata=choices(SAME_BACKBONE, SMALLER_BACKBONE))
    preprocessing: str = field(default="own", metadata=choices("own", "0 to 1", "-1 to 1", "none"))
    cut_layer: str = field(default=LAST_LAYER, metadata=text(_LONGEST_NAME))
    pooling: str = field(default="average", metadata=choices("average", "max", "flatten"))
    head: Head = field(default_factory=Head)
    label_smoothing: float = field(default=0.0, metadata=limits(0.0, 0.5, step=0.01))
    class_weighting: str = field(default="none", metadata=choices("none", "balanced"))
    batch_size: int = field(default=32, metadata=limits(1, 4096, "photos", step=8))
    most_batches: int = field(default=0, metadata=limits(0, 1_000_000, "batches", step=10))
    early_stopping: EarlyStopping = field(default_factory=EarlyStopping)
    fine_tuning: FineTuning = field(default_factory=FineTuning)
    split: SplitSettings = field(default_factory=SplitSettings)
    augmentation: Augmentation = field(default_factory=Augmentation)
    seed: int = field(default=1, metadata=limits(0, 2**31 - 1))

    @property
    def is_cached(self) -> bool:
        """Whether the head is trained on features that are computed once.

        Where fine-tuning follows, an augmentation in every epoch applies to the fine-tuning alone.
        """
        if self.fine_tuning.when == NEVER:
            return self.augmentation.when == COPIES
        return self.fine_tuning.when == AFTER_HEAD

    @override
    def to_json(self) -> dict[str, Any]:
        """Return the settings as plain dictionaries, the name first."""
        data = super().to_json()
        return {"name": data.pop("name"), "description": data.pop("description"), **data}

    def settings(self) -> dict[str, Any]:
        """Return all settings but name and description as plain dictionaries."""
        return {name: value for name, value in self.to_json().items() if name not in {"name", "description"}}

    def with_value(self, setting: str, text: str) -> "Recipe":
        """Return a copy with one setting replaced, as `--set` does.

        Args:
            setting: The setting's path, such as `"head.dense_units"`.
            text: Its value as typed.

        Returns:
            The copy.

        Raises:
            SettingError: There is no such setting, or the value breaks its rule.

        >>> Recipe().with_value("head.dense_units", "128").head.dense_units
        128
        """
        changed = replaced(self, setting.split("."), text, setting)
        assert isinstance(changed, Recipe)
        return changed


def load_recipe(path: Path) -> Recipe:
    """Read a recipe that `recipe_text` wrote.

    Args:
        path: The JSON file.

    Returns:
        The recipe; settings that are missing in the file have their defaults.

    Raises:
        SettingError: The file cannot be read, is not a recipe, is of a newer version, or a value breaks its rule.
    """
    try:
        # Editors on Windows write a byte order mark.
        data = json.loads(read_regular(path, _MOST_FILE_BYTES).decode("utf-8-sig"))
    except OSError as error:
        why = why_unreadable(error)
        raise SettingError(f"“{path.name}” cannot be opened: {why}.", "Choose a recipe saved by tlgui.") from error
    except (ValueError, RecursionError) as error:
        raise SettingError(f"“{path.name}” cannot be read as a recipe.", "Choose a recipe saved by tlgui.") from error
    version = data.get("tlgui_recipe") if isinstance(data, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise SettingError(f"“{path.name}” is not a recipe.", "Choose a recipe saved by tlgui.")
    if version > FORMAT_VERSION:
        raise SettingError(f"“{path.name}” was saved by a newer tlgui.", "Update tlgui to open it.")
    return Recipe.from_json({name: value for name, value in data.items() if name != "tlgui_recipe"})


def recipe_text(recipe: Recipe) -> str:
    """Return a recipe as the text of a JSON file.

    Args:
        recipe: The recipe.

    Returns:
        The text; bytes of a path that are not valid Unicode are JSON escapes in it.
    """
    written = json.dumps({"tlgui_recipe": FORMAT_VERSION, **recipe.to_json()}, indent=2, ensure_ascii=False) + "\n"
    return _HALF_CHARACTER.sub(lambda found: f"\\u{ord(found.group()):04x}", written)
