"""What the stages of a job are called on screen, and how long they still take."""

from tlgui.progress import Stage
from tlgui.wording import duration_in_words

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


def time_left_words(seconds: float | None) -> str:
    """Return the time left for a status line, such as “About 2 minutes left”; empty where there is no estimate."""
    return f"{duration_in_words(seconds).capitalize()} left" if seconds is not None else ""
