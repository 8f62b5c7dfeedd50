"""The recipe: every setting of a training, named, checked and written as JSON.

A value is checked when it is made: a recipe that exists is a recipe that can be trained. The built-in recipes are in
`built_in`.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typing_extensions import override

from tlgui.errors import SettingError
from tlgui.files import read_regular
from tlgui.learning.recipes.validation import Checked, choices, limits, replaced, text

# 2: the settings of the tutorials' recipes; a recipe of version 1 reads as it did.
FORMAT_VERSION = 2

# Where a backbone's weights come from; anything else is the path of a file.
SHIPPED = "shipped"
DOWNLOAD = "download"
NO_WEIGHTS = "none"

BACKBONE_IDS = (
    "efficientnet-lite0",
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
SMALL_CNN = BACKBONE_IDS[-1]

WHOLE_NETWORK = ""
LAST_LAYER = ""
COPIES, EVERY_EPOCH = "copies", "every epoch"
# The version number of a photo that is not augmented; augmented copies are counted from 1.
ORIGINAL = 0
NEVER, AFTER_HEAD, FROM_START = "never", "after the head", "from the start"

# Side of the largest square that photos are brought to, in pixels.
LARGEST_INPUT = 1024
# A recipe may be named after its file: 255 bytes, each of which is shown by four characters where it is no text.
_LONGEST_NAME = 1100
_LONGEST_TEXT = 4096
_MOST_FILE_BYTES = 2**20
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class SplitSettings(Checked):
    """How photos are divided.

    Args:
        validation: Share of each class kept apart to judge the training by.
        test: Share of each class never touched until an evaluation.
        use_own: Keep to the folder's own train/validation/test folders where it has them.
    """

    validation: float = field(default=0.2, metadata=limits(0.05, 0.5, step=0.05))
    test: float = field(default=0.0, metadata=limits(0.0, 0.4, step=0.05))
    use_own: bool = True


@dataclass(frozen=True)
class Augmentation(Checked):
    """Random changes that make further training photos out of each one.

    Args:
        rotation: Largest turn, to either side.
        shift_horizontal: Largest shift to either side, as a share of the width.
        shift_vertical: Largest shift up or down, as a share of the height.
        shear: Largest slant, to either side.
        zoom: Largest change of size, as a share: 0.2 means 80 % to 120 %.
        flip_horizontal: Whether half of the copies are mirrored; of those made once, the first, the third and so on.
        brightness: Largest change of brightness, as a share of the full range.
        fill_mode: What fills the space that a turn or shift leaves empty.
        copies: Changed copies of each training photo, made once; 0 trains on the photos alone.
        flip_vertical: Whether half of the copies are turned upside down, as in a mirror.
        contrast: Largest change of contrast, as a share: 0.2 means 80 % to 120 %.
        smallest_crop: A random part of the photo of at least this share of its area is shown; 1 shows all of it.
        when: `"copies"` makes the copies once and learns from them in each epoch; `"every epoch"` changes each photo
            anew in each epoch, whatever `copies` says.
        keep_photo: Whether to learn from the photo itself too, beside its copies.
    """

    rotation: float = field(default=0.0, metadata=limits(0.0, 180.0, "degrees", step=5))
    shift_horizontal: float = field(default=0.0, metadata=limits(0.0, 0.9, step=0.05))
    shift_vertical: float = field(default=0.0, metadata=limits(0.0, 0.9, step=0.05))
    shear: float = field(default=0.0, metadata=limits(0.0, 60.0, "degrees", step=5))
    zoom: float = field(default=0.0, metadata=limits(0.0, 0.9, step=0.05))
    flip_horizontal: bool = False
    brightness: float = field(default=0.0, metadata=limits(0.0, 0.9, step=0.05))
    fill_mode: str = field(default="nearest", metadata=choices("nearest", "reflect", "wrap", "constant"))
    copies: int = field(default=0, metadata=limits(0, 50, "copies"))
    flip_vertical: bool = False
    contrast: float = field(default=0.0, metadata=limits(0.0, 0.9, step=0.05))
    smallest_crop: float = field(default=1.0, metadata=limits(0.05, 1.0, step=0.05))
    when: str = field(default=COPIES, metadata=choices(COPIES, EVERY_EPOCH))
    keep_photo: bool = True

    @property
    def copy_numbers(self) -> tuple[int, ...]:
        """The versions of each training photo that are made once: 0 is the photo itself, the rest are copies."""
        if self.when == EVERY_EPOCH or not self.copies:
            return (ORIGINAL,)
        return tuple(range(ORIGINAL if self.keep_photo else 1, self.copies + 1))


@dataclass(frozen=True)
class Head(Checked):
    """The layers trained on top of the backbone.

    Args:
        dense_units: Units of the hidden layer; 0 for none.
        dropout: Share of the inputs of the last layer left out at random while training.
        output: `"softmax"` lets the classes share one certainty, right for classes of which each photo has one;
            `"sigmoid"` asks for each class by itself, with the binary loss, as some tutorials do.
        feature_dropout: Share of the features left out at random in front of a hidden layer.
    """

    dense_units: int = field(default=0, metadata=limits(0, 8192, "units", step=32))
    dropout: float = field(default=0.0, metadata=limits(0.0, 0.9, step=0.05))
    output: str = field(default="softmax", metadata=choices("softmax", "sigmoid"))
    feature_dropout: float = field(default=0.0, metadata=limits(0.0, 0.9, step=0.05))


@dataclass(frozen=True)
class EarlyStopping(Checked):
    """When to end before the last epoch, and which epoch to keep.

    Args:
        enabled: Whether to end when nothing improves any more.
        patience: Epochs without an improvement before the training ends.
        watch: What must improve, on the validation photos; it also says which epoch is the best.
        keep_best: Keep the best epoch; otherwise the last one.
        target_accuracy: End once training and validation accuracy are both above this; 1 never does.
    """

    enabled: bool = True
    patience: int = field(default=5, metadata=limits(1, 1000, "epochs"))
    watch: str = field(default="loss", metadata=choices("loss", "accuracy"))
    keep_best: bool = True
    target_accuracy: float = field(default=1.0, metadata=limits(0.1, 1.0, step=0.01))


@dataclass(frozen=True)
class Steps(Checked):
    """By which steps weights are trained, and for how long.

    Args:
        optimizer: The training method.
        learning_rate: Its step size, at its largest.
        momentum: How much of the last step goes into the next one; for SGD alone.
        weight_decay: Share by which the weights shrink in each step, times the rate; for AdamW and SGD.
        schedule: `"constant"` keeps the rate; `"cosine"` lets it fall to 0 along half a cosine.
        warm_up: Epochs in which the rate grows from 0 to its largest.
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
    """Whether the backbone itself is trained, from which block on, and by which steps.

    Args:
        when: `"never"`; `"after the head"` trains the blocks together with the head once the head is trained, by the
            steps here; `"from the start"` trains them together with the head by the recipe's own steps.
        from_block: The first block that is trained, by its name in `catalog`; empty for the whole network.
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
    """Every setting of a training; the steps it inherits train the head.

    Args:
        name: What the recipe is called.
        description: What it does and when to use it, in two sentences.
        backbone: The backbone's id.
        weights: `"shipped"`, `"download"`, `"none"` (random numbers), or the path of a weights file for this backbone.
        input_size: Side of the square the photos are brought to.
        preprocessing: `"own"` is what the backbone was trained on; the others scale pixels as some tutorials do:
            `"0 to 1"` divides by 255, `"-1 to 1"` does that around the middle, `"none"` leaves 0 to 255.
        cut_layer: Where the backbone is cut: a block or layer by its name in `catalog`; empty for its last map.
        pooling: How the backbone's last map becomes a vector.
        head: The layers trained on top.
        label_smoothing: Share of certainty spread over the other classes.
        class_weighting: `"balanced"` lets each photo of a small class count for more, so that all classes weigh alike.
        batch_size: Photos in one training step.
        most_batches: The most training steps in one epoch; 0 for no such end.
        early_stopping: When to end before the last epoch.
        fine_tuning: Whether and how the backbone itself is trained.
        split: How photos are divided.
        augmentation: Random changes to training photos.
        seed: Fixes split, initial weights, order and augmentation.
    """

    name: str = field(default="Quick", metadata=text(_LONGEST_NAME))
    description: str = field(default="", metadata=text(_LONGEST_TEXT))
    backbone: str = field(default=EMBEDDED_BACKBONE, metadata=choices(*BACKBONE_IDS))
    weights: str = field(default=SHIPPED, metadata=text(_LONGEST_TEXT, is_path=True))
    input_size: int = field(default=224, metadata=limits(32, LARGEST_INPUT, "pixels", step=32))
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

        Where fine-tuning follows, a change in every epoch is for the fine-tuning alone.
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
        """Return what it trains by, as plain dictionaries: all but what it is called."""
        return {name: value for name, value in self.to_json().items() if name not in {"name", "description"}}

    def with_value(self, setting: str, text: str) -> "Recipe":
        """Return a copy with one setting replaced, as `--set` does.

        Args:
            setting: The setting's path, such as `"head.dense_units"`.
            text: Its value as typed.

        Raises:
            SettingError: No such setting, or a value against its rule.
        """
        changed = replaced(self, setting.split("."), text, setting)
        assert isinstance(changed, Recipe)
        return changed


def load_recipe(path: Path) -> Recipe:
    """Read a recipe that `recipe_text` wrote.

    Raises:
        SettingError: The file cannot be read, is not a recipe, is from a newer version, or a value is against its rule.
    """
    try:
        # Windows editors put a byte order mark in front.
        data = json.loads(read_regular(path, _MOST_FILE_BYTES).decode("utf-8-sig"))
    except OSError as error:
        why = error.strerror or str(error)
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
    """Return the recipe as the text of a JSON file; bytes in a path that are no text are written as JSON escapes."""
    written = json.dumps({"tlgui_recipe": FORMAT_VERSION, **recipe.to_json()}, indent=2, ensure_ascii=False) + "\n"
    return _HALF_CHARACTER.sub(lambda found: f"\\u{ord(found.group()):04x}", written)
