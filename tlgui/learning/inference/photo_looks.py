"""What photos look like to a model, from kept predictions where there are, and else by the network."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tlgui.learning.inference.answering import answered_batches
from tlgui.learning.inference.photo_input import Wanted
from tlgui.learning.inference.predictor import Predictor
from tlgui.progress import Countdown, JobContext, Progress, Stage


def looks_of(model: Predictor, photos: Sequence[Path], context: JobContext) -> tuple[bytes, ...]:
    """Return what photos look like; predictions that this takes are kept.

    Args:
        model: The model.
        photos: The photos.
        context: Receives the progress; its checkpoint is called for each photo.

    Returns:
        The look of each, see `Prediction`; empty where a photo cannot be read, or the model does not tell.

    Raises:
        Cancelled: The user pressed Stop; what was predicted is kept.
    """
    found: list[bytes] = []
    countdown = Countdown(len(photos))
    context.report(Progress(Stage.PREDICTING, 0, len(photos)))
    with closing(answered_batches(model, photos, Wanted(1, uses_kept=True), context)) as batches:
        for batch in batches:
            found += [prediction.look for prediction in batch.predictions]
            context.report(Progress(Stage.PREDICTING, len(found), len(photos), countdown.seconds_left(len(found))))
    return tuple(found)
