"""The words for a job's stages: their names, how far they are, and how long they still take."""

from tlgui.progress import Progress, Stage
from tlgui.text.numbers import duration_in_words, size_in_words

_STAGES = {
    Stage.STARTING: "Getting ready",
    Stage.SCANNING: "Reading the folder",
    Stage.LOOKING: "Looking at the photos",
    Stage.MENDING: "Putting the photos in order",
    Stage.SORTING: "Sorting the photos",
    Stage.UNDOING: "Taking it back",
    Stage.DOWNLOADING: "Downloading the weights",
    Stage.LOADING: "Loading",
    Stage.TIMING: "Estimating time",
    Stage.FEATURES: "Looking at each photo",
    Stage.TRAINING: "Training",
    Stage.EVALUATING: "Checking how well it does",
    Stage.SAVING: "Saving",
    Stage.PREDICTING: "Naming photos",
    Stage.CONVERTING: "Converting",
    Stage.COMPARING: "Comparing with the model",
}


def stage_words(stage: Stage) -> str:
    """Return the name of a stage for the screen."""
    return _STAGES[stage]


def counts_words(progress: Progress) -> str:
    """Return how far a stage is, such as “12 of 4,317”; empty while there is nothing to count.

    Args:
        progress: The stage and its counts; a download counts bytes.

    Example:
        >>> counts_words(Progress(Stage.DOWNLOADING, 12_300_000, 58_900_000))
        '12.3 MB of 58.9 MB'
    """

    def amount(number: int) -> str:
        return size_in_words(number) if progress.stage is Stage.DOWNLOADING else f"{number:,}"

    if progress.total:
        return f"{amount(progress.done)} of {amount(progress.total)}"
    return amount(progress.done) if progress.done else ""


def time_left_words(seconds: float | None) -> str:
    """Return the time left for a status line, such as “About 2 minutes left”.

    Args:
        seconds: The estimate; the text is empty where there is none.
    """
    return f"{duration_in_words(seconds).capitalize()} left" if seconds is not None else ""
