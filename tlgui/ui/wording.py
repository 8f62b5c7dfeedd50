"""Numbers and stages in words, the same on every page."""

from tlgui.learning.records import Interval
from tlgui.progress import Stage

_STAGES = {
    Stage.STARTING: "Getting ready",
    Stage.SCANNING: "Reading the folder",
    Stage.LOADING: "Loading",
    Stage.FEATURES: "Looking at each photo",
    Stage.TRAINING: "Training",
    Stage.EVALUATING: "Checking how well it does",
    Stage.SAVING: "Saving",
    Stage.PREDICTING: "Naming photos",
    Stage.CONVERTING: "Converting",
    Stage.COMPARING: "Comparing with the model",
}


def stage_words(stage: Stage) -> str:
    """Return what a stage is called on screen."""
    return _STAGES[stage]


def counted(count: int, one: str, many: str = "") -> str:
    """Return the count with its noun: `counted(4317, "photo")` is `"4,317 photos"`.

    Args:
        count: How many.
        one: The noun for one.
        many: The noun for more; by default with an s.
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def time_words(seconds: float) -> str:
    """Return a duration as one would say it: `"5 seconds"`, `"2 minutes"`, `"1 h 20 min"`."""
    whole = max(1, round(seconds))
    if whole < 60:
        return counted(whole, "second")
    minutes = round(seconds / 60)
    if minutes < 60:
        return counted(minutes, "minute")
    return f"{minutes // 60} h {minutes % 60} min"


def time_left_words(seconds: float | None) -> str:
    """Return the time left for a status line; empty where there is no estimate."""
    if seconds is None:
        return ""
    if seconds < 5:
        return "A few seconds left"
    # Estimates jump about: steps of five seconds keep the line still.
    return f"About {time_words(5 * round(seconds / 5) if seconds < 58 else seconds)} left"


def share_words(share: float) -> str:
    """Return a share (0..1) as a percentage of one decimal: `"86.6 %"`."""
    return f"{share * 100:.1f} %"


def accuracy_words(accuracy: float, interval: Interval) -> str:
    """Return an accuracy in words: `"About 9 in 10 right (86.6 %, between 83 and 90)"`.

    Args:
        accuracy: Share of photos named rightly, 0..1.
        interval: Where it lies on other such photos.
    """
    return (
        f"About {round(accuracy * 10)} in 10 right "
        f"({share_words(accuracy)}, between {interval.low * 100:.0f} and {interval.high * 100:.0f})"
    )


def size_words(size_bytes: int) -> str:
    """Return a file size: `"13.4 MB"`."""
    if size_bytes < 1_000_000:
        return f"{max(1, round(size_bytes / 1000)):,} kB"
    return f"{size_bytes / 1_000_000:,.1f} MB"
