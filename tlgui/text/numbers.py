"""Writes numbers in words, the same in the window and on the command line."""

import math

from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import CostEstimate, StopReason

# The shares of photos with cached features from which a note says that all are cached, or how many.
_NEARLY_ALL = 0.995
_WORTH_A_NOTE = 0.05
_PLURALS = {"photo": "photos", "class": "classes", "copy": "copies", "epoch": "epochs", "picture": "pictures"}


def count(word: str, number: int) -> str:
    """Return a number with its noun.

    Args:
        word: The noun in the singular; only its last word gets a plural, as in “near copies”.
        number: How many.

    Example:
        >>> count("photo", 1), count("photo", 4317), count("near copy", 2)
        ('1 photo', '4,317 photos', '2 near copies')
    """
    rest, space, noun = word.rpartition(" ")
    return f"{number:,} {rest}{space}{noun if number == 1 else _PLURALS.get(noun, noun + 's')}"


def percent(share: float) -> str:
    """Return a share as a percentage with one decimal.

    Args:
        share: 0..1. Only 1 gives “100.0 %”, and only 0 gives “0.0 %”.

    Example:
        >>> percent(0.8662), percent(0.9999), percent(1.0)
        ('86.6 %', '99.9 %', '100.0 %')
    """
    shown = round(share * 100, 1)
    if 0.0 < share < 1.0:
        shown = min(max(shown, 0.1), 99.9)
    return f"{shown:.1f} %"


def whole_percent(share: float) -> str:
    """Return a share as a percentage without decimals.

    Args:
        share: 0..1. Only 1 gives “100 %”, and only 0 gives “0 %”.

    Example:
        >>> whole_percent(0.874), whole_percent(0.9999), whole_percent(0.0004)
        ('87 %', '99 %', '1 %')
    """
    shown = round(share * 100)
    return f"{min(max(shown, 1), 99) if 0 < share < 1 else shown} %"


def duration_in_words(seconds: float) -> str:
    """Return a duration, rounded as people would.

    Args:
        seconds: The duration; “unknown” where it is not finite.

    Example:
        >>> duration_in_words(3.2), duration_in_words(59.9), duration_in_words(7_000)
        ('a few seconds', 'about 1 minute', 'about 2 hours')
    """
    if not math.isfinite(seconds):
        return "unknown"
    if seconds < 5:
        return "a few seconds"
    # Rounded before the unit is chosen, so that 59.9 s is a minute and not 60 seconds.
    if (rounded := 5 * round(seconds / 5)) < 60:
        return f"about {rounded} seconds"
    if (minutes := round(seconds / 60)) < 60:
        return f"about {count('minute', minutes)}"
    hours, minutes = divmod(10 * round(seconds / 600), 60)
    if hours < 10 and minutes:
        return f"about {count('hour', hours)} {minutes} minutes"
    if (hours := round(seconds / 3600)) < 48:
        return f"about {count('hour', hours)}"
    return f"about {count('day', round(seconds / 86_400))}"


def size_in_words(size_bytes: int) -> str:
    """Return a size in the unit that fits it.

    Args:
        size_bytes: The size in bytes; 1 kB is 1,000 bytes.

    Example:
        >>> size_in_words(14_230_000)
        '14.2 MB'
    """
    size = float(size_bytes)
    for unit in ("bytes", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}" if unit in {"bytes", "kB"} else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def cost_in_words(cost: CostEstimate, recipe: Recipe) -> str:
    """Return the cost of a training, such as “About 2 minutes and 1.1 GB of memory on 2 processor cores”.

    Args:
        cost: The time, the memory and the device.
        recipe: Where it may end before its last epoch, the text begins with “Up to”.
    """
    return f"{cost_time_in_words(cost, recipe)} and {size_in_words(cost.memory_bytes)} of memory on {cost.device}"


def cost_time_in_words(cost: CostEstimate, recipe: Recipe) -> str:
    """Return how long a training takes, such as “About 2 minutes” or “Up to 2 minutes”.

    Args:
        cost: The time.
        recipe: As for `cost_in_words`.
    """
    time, stopping = duration_in_words(cost.seconds), recipe.early_stopping
    may_end_early = stopping.enabled or stopping.target_accuracy < 1.0
    rough = "about "
    return f"Up to {time.removeprefix(rough)}" if may_end_early and time.startswith(rough) else time.capitalize()


def cost_notes(cost: CostEstimate) -> tuple[str, ...]:
    """Return the reasons why a training takes more or less time than usual, a sentence each.

    Args:
        cost: The bytes to download, and the share of photos with cached features.
    """
    notes = []
    if cost.download_bytes:
        notes.append(f"It downloads {size_in_words(cost.download_bytes)} first.")
    if cost.cached_share >= _NEARLY_ALL:
        notes.append("Your photos were looked at before.")
    elif cost.cached_share >= _WORTH_A_NOTE:
        notes.append(f"{percent(cost.cached_share)} of your photos were looked at before.")
    return tuple(notes)


def memory_warning(cost: CostEstimate) -> str:
    """Return a sentence where a training takes more memory than is free; empty where it does not.

    Args:
        cost: The memory needed, and the memory that is free; 0 where that is unknown.
    """
    if not cost.free_bytes or cost.memory_bytes <= cost.free_bytes:
        return ""
    return (
        f"Only {size_in_words(cost.free_bytes)} of memory are free. "
        "Close other programs, or choose a smaller batch size or input size."
    )


def stop_reason_in_words(reason: StopReason, epochs: int) -> str:
    """Return why a training ended, such as “It stopped improving after 12 epochs”.

    Args:
        reason: The reason.
        epochs: How many epochs were trained.
    """
    after = f"after {count('epoch', epochs)}"
    return {
        StopReason.COMPLETED: f"It ran to its end {after}",
        StopReason.TARGET_REACHED: f"It reached the accuracy asked for {after}",
        StopReason.NO_LONGER_IMPROVING: f"It stopped improving and ended {after}",
        StopReason.STOPPED: f"You stopped it {after}; the best epoch is kept",
    }[reason]
