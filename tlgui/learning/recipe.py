"""The recipe: every setting of a training, named, checked and written as JSON; and the recipes that are built in.

A value is checked when it is made: a recipe that exists is a recipe that can be trained. The limits stand in the
fields' metadata, so that the window's controls, the checks and their sentences come from one table.
"""

import dataclasses
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, get_type_hints

from tlgui.errors import SettingError

FORMAT_VERSION = 1
SHIPPED = "shipped"

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
)
EMBEDDED_BACKBONE = BACKBONE_IDS[0]

_LONGEST_QUOTE = 60
_LARGEST_WHOLE = 10**15  # beyond it a fraction no longer holds every whole number


@dataclass(frozen=True, slots=True)
class Limits:
    """The rule of one numeric setting: both ends belong to it.

    Args:
        low: The smallest value.
        high: The largest value.
        unit: What it counts or measures, for the control and the message.
        step: What one press of a control's arrow adds.
    """

    low: float
    high: float
    unit: str = ""
    step: float = 1


@dataclass(frozen=True, slots=True)
class Choices:
    """The rule of a setting that is one of a few words."""

    values: tuple[str, ...]


def _limits(low: float, high: float, unit: str = "", step: float = 1) -> dict[str, Limits]:
    return {"rule": Limits(low, high, unit, step)}


def _choices(*values: str) -> dict[str, Choices]:
    return {"rule": Choices(values)}


@dataclass(frozen=True)
class _Checked:
    """A frozen group of settings whose values obey the rules in their fields' metadata."""

    def __post_init__(self) -> None:
        hints = get_type_hints(type(self))
        for item in dataclasses.fields(self):
            value = _converted(item.name, getattr(self, item.name), hints[item.name])
            object.__setattr__(self, item.name, value)
            rule = item.metadata.get("rule")
            if isinstance(rule, Limits) and isinstance(value, int | float):
                _check_limits(item.name, value, rule)
            elif isinstance(rule, Choices) and value not in rule.values:
                raise SettingError(
                    f"{_words(item.name)} must be one of {', '.join(rule.values)}; it is {_quoted(value)}."
                )

    def to_json(self) -> dict[str, Any]:
        """Return the settings as plain dictionaries, ready for `json.dumps`."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Build from what `to_json` returned; settings that are not there take their defaults.

        Raises:
            SettingError: Not a dictionary, a name that is not a setting, or a value against its rule.
        """
        if not isinstance(data, dict):
            raise SettingError(f"{cls._title()} must be a group of settings; it is {_quoted(data)}.")
        hints = get_type_hints(cls)
        unknown = sorted(set(data) - set(hints), key=str)
        if unknown:
            raise SettingError(f"{cls._title()} has no setting “{unknown[0]}”.", f"Known here: {', '.join(hints)}.")
        values = {
            name: hints[name].from_json(value) if _is_group(hints[name]) else value for name, value in data.items()
        }
        return cls(**values)

    @classmethod
    def _title(cls) -> str:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__).capitalize()


@dataclass(frozen=True)
class SplitSettings(_Checked):
    """How photos are divided.

    Args:
        validation: Share of each class kept apart to judge the training by.
        test: Share of each class never touched until an evaluation.
        use_own: Keep to the folder's own train/validation/test folders where it has them.
    """

    validation: float = field(default=0.2, metadata=_limits(0.05, 0.5, step=0.05))
    test: float = field(default=0.0, metadata=_limits(0.0, 0.4, step=0.05))
    use_own: bool = True


@dataclass(frozen=True)
class Augmentation(_Checked):
    """Random changes that make further training photos out of each one.

    Args:
        rotation: Largest turn, to either side.
        shift_horizontal: Largest shift to either side, as a share of the width.
        shift_vertical: Largest shift up or down, as a share of the height.
        shear: Largest slant, to either side.
        zoom: Largest change of size, as a share: 0.2 means 80 % to 120 %.
        flip_horizontal: Whether half of the copies are mirrored.
        brightness: Largest change of brightness, as a share of the full range.
        fill_mode: What fills the space that a turn or shift leaves empty.
        copies: Changed copies of each training photo, beside the photo itself; 0 trains on the photos alone.
    """

    rotation: float = field(default=0.0, metadata=_limits(0.0, 180.0, "degrees", step=5))
    shift_horizontal: float = field(default=0.0, metadata=_limits(0.0, 0.9, step=0.05))
    shift_vertical: float = field(default=0.0, metadata=_limits(0.0, 0.9, step=0.05))
    shear: float = field(default=0.0, metadata=_limits(0.0, 60.0, "degrees", step=5))
    zoom: float = field(default=0.0, metadata=_limits(0.0, 0.9, step=0.05))
    flip_horizontal: bool = False
    brightness: float = field(default=0.0, metadata=_limits(0.0, 0.9, step=0.05))
    fill_mode: str = field(default="nearest", metadata=_choices("nearest", "reflect", "wrap", "constant"))
    copies: int = field(default=0, metadata=_limits(0, 50, "copies"))


@dataclass(frozen=True)
class Head(_Checked):
    """The layers trained on top of the backbone.

    Args:
        dense_units: Units of the hidden layer; 0 for none.
        dropout: Share of the inputs of the last layer left out at random while training.
    """

    dense_units: int = field(default=0, metadata=_limits(0, 8192, "units", step=32))
    dropout: float = field(default=0.0, metadata=_limits(0.0, 0.9, step=0.05))


@dataclass(frozen=True)
class EarlyStopping(_Checked):
    """When to end before the last epoch.

    Args:
        enabled: Whether to end early at all.
        patience: Epochs without a lower validation loss before the training ends.
    """

    enabled: bool = True
    patience: int = field(default=5, metadata=_limits(1, 1000, "epochs"))


@dataclass(frozen=True)
class Recipe(_Checked):
    """Every setting of a training.

    Args:
        name: What the recipe is called.
        description: What it does and when to use it, in two sentences.
        backbone: The backbone's id.
        weights: `"shipped"`, or the path of a weights file for this backbone.
        input_size: Side of the square the photos are brought to.
        pooling: How the backbone's last map becomes a vector.
        head: The layers trained on top.
        optimizer: The training method.
        learning_rate: Its step size.
        label_smoothing: Share of certainty spread over the other classes.
        epochs: The most passes over the training photos.
        batch_size: Photos in one training step.
        early_stopping: When to end before the last epoch.
        split: How photos are divided.
        augmentation: Random changes to training photos.
        seed: Fixes split, initial weights, order and augmentation.
    """

    name: str = "Quick"
    description: str = ""
    backbone: str = field(default=EMBEDDED_BACKBONE, metadata=_choices(*BACKBONE_IDS))
    weights: str = SHIPPED
    input_size: int = field(default=224, metadata=_limits(32, 1024, "pixels", step=32))
    pooling: str = field(default="average", metadata=_choices("average", "max", "flatten"))
    head: Head = field(default_factory=Head)
    optimizer: str = field(default="adam", metadata=_choices("adam", "adamw", "sgd", "rmsprop"))
    learning_rate: float = field(default=0.001, metadata=_limits(1e-7, 10.0))
    label_smoothing: float = field(default=0.0, metadata=_limits(0.0, 0.5, step=0.01))
    epochs: int = field(default=30, metadata=_limits(1, 10_000, "epochs"))
    batch_size: int = field(default=32, metadata=_limits(1, 4096, "photos", step=8))
    early_stopping: EarlyStopping = field(default_factory=EarlyStopping)
    split: SplitSettings = field(default_factory=SplitSettings)
    augmentation: Augmentation = field(default_factory=Augmentation)
    seed: int = field(default=1, metadata=_limits(0, 2**31 - 1))

    def with_value(self, setting: str, text: str) -> "Recipe":
        """Return a copy with one setting replaced, as `--set` does.

        Args:
            setting: The setting's path, such as `"head.dense_units"`.
            text: Its value as typed.

        Raises:
            SettingError: No such setting, or a value against its rule.
        """
        replaced = _replaced(self, setting.split("."), text, setting)
        assert isinstance(replaced, Recipe)
        return replaced


def load_recipe(path: Path) -> Recipe:
    """Read a recipe that `recipe_text` wrote.

    Raises:
        SettingError: The file cannot be read, is not a recipe, is from a newer version, or a value is against its rule.
    """
    try:
        # Windows editors put a byte order mark in front.
        data = json.loads(path.read_text(encoding="utf-8-sig"))
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
    """Return the recipe as the text of a JSON file."""
    return json.dumps({"tlgui_recipe": FORMAT_VERSION, **recipe.to_json()}, indent=2, ensure_ascii=False) + "\n"


def _is_group(hint: object) -> bool:
    return isinstance(hint, type) and issubclass(hint, _Checked)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _check_limits(name: str, value: float, rule: Limits) -> None:
    # Neither NaN nor a whole number too large for a fraction passes a comparison it should not.
    if not rule.low <= value <= rule.high:
        unit = f" {rule.unit}" if rule.unit else ""
        ends = f"from {_number(rule.low)} to {_number(rule.high)}{unit}"
        raise SettingError(f"{_words(name)} must be {ends}; it is {_number(value)}.")


def _number(value: float) -> str:
    """Return a number as people write it: whole ones with all their digits as far as they can be read."""
    if isinstance(value, int):
        return str(value) if abs(value) < _LARGEST_WHOLE else "a number of more than 15 digits"
    return f"{value:g}"


def _quoted(value: object) -> str:
    """Return what was received, cut where it would drown the message."""
    text = str(value)
    return f"“{text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + '…'}”"


def _converted(name: str, value: object, hint: object) -> object:
    """Return `value` as the type its field asks for; whole numbers pass as fractions, nothing else does."""
    if hint is float and isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_WHOLE:
        return float(value)
    if not isinstance(hint, type) or not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        kind = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}.get(
            hint if isinstance(hint, type) else object, "a group of settings"
        )
        raise SettingError(f"{_words(name)} must be {kind}; it is {_quoted(value)}.")
    return value


def _parsed(text: str, hint: object, setting: str) -> object:
    if hint is bool and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if hint in {int, float}:
        try:
            return int(text) if hint is int else float(text)
        except ValueError:
            kind = "a whole number" if hint is int else "a number"
            raise SettingError(f"“{setting}” must be {kind}; it is {_quoted(text)}.") from None
    return text


def _replaced(group: _Checked, path: list[str], text: str, setting: str) -> _Checked:
    hints = get_type_hints(type(group))
    name, *rest = path
    if name in hints and _is_group(hints[name]) and not rest:
        known = ", ".join(f"{setting}.{part}" for part in get_type_hints(hints[name]))
        raise SettingError(f"“{setting}” is a group of settings.", f"Set one of {known}.")
    if name not in hints or _is_group(hints[name]) != bool(rest):
        raise SettingError(f"There is no setting “{setting}”.", f"Known here: {', '.join(hints)}.")
    if rest:
        return dataclasses.replace(group, **{name: _replaced(getattr(group, name), rest, text, setting)})
    return dataclasses.replace(group, **{name: _parsed(text, hints[name], setting)})


# Last, because a recipe checks itself with the functions above.
QUICK = Recipe(
    name="Quick",
    description=(
        "Looks at each photo once and learns in seconds what sets your classes apart. "
        "Start here: it shows how far your photos carry."
    ),
    head=Head(dense_units=256, dropout=0.5),
    learning_rate=0.0005,
    label_smoothing=0.1,
)
BALANCED = Recipe(
    name="Balanced",
    description=(
        "Also learns from changed copies of each photo, so that it minds less how a photo was taken. "
        "Use it when Quick works and you can wait a few times as long."
    ),
    head=Head(dense_units=256, dropout=0.5),
    optimizer="adamw",
    learning_rate=0.0003,
    label_smoothing=0.1,
    epochs=40,
    early_stopping=EarlyStopping(patience=6),
    augmentation=Augmentation(
        rotation=15.0, shift_horizontal=0.1, shift_vertical=0.1, zoom=0.2, flip_horizontal=True, copies=3
    ),
)
BUILT_IN: dict[str, Recipe] = {"quick": QUICK, "balanced": BALANCED}
