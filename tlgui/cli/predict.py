"""`tlgui predict`: predict the classes of photos. It imports little, so that one photo is named within a second."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from tlgui.cli import engine
from tlgui.cli.prediction_outputs import check_outputs, prediction_outputs
from tlgui.cli.terminal import Terminal
from tlgui.engine.protocol import PredictRequest
from tlgui.errors import CollectionError, TlguiError
from tlgui.files import targets
from tlgui.learning.model_file.archive import read_summary
from tlgui.learning.results import PhotosPredicted, Prediction
from tlgui.learning.trust import Caution
from tlgui.photos.counting import listed
from tlgui.progress import Event
from tlgui.text.csv_tables import predictions_csv
from tlgui.text.numbers import count, percent


def predict(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """`tlgui predict MODEL.tlmodel PATH…`: predict the classes of photos."""
    if arguments.csv is not None:
        targets.check_target(arguments.csv, targets.TABLE)
    check_outputs(arguments)
    _check_any_there(arguments.paths)
    model = read_summary(arguments.model)
    # Without the bound, a table would get columns for classes that the model does not have.
    top = min(arguments.top, len(model.class_names))
    keeps_all = terminal.wants_json or arguments.csv is not None
    predictions: list[Prediction] = []
    request = PredictRequest(arguments.model.absolute(), tuple(arguments.paths), top)
    with prediction_outputs(arguments, model, top, terminal) as outputs:

        def listen(event: Event) -> None:
            if isinstance(event, PhotosPredicted):
                if keeps_all:
                    predictions.extend(event.predictions)
                for prediction in event.predictions:
                    terminal.write(_prediction_line(prediction))
                outputs.add(event.predictions, Caution())

        summary = engine.perform(request, terminal, listen)
    if arguments.csv is not None:
        predictions_csv(arguments.csv, predictions, top)
        terminal.note(f"Saved as {arguments.csv}")
    terminal.write_json(
        {
            "predictions": predictions,
            "photo_count": summary.photo_count,
            "error_count": summary.error_count,
            "seconds": summary.seconds,
            **outputs.result(),
        }
    )
    if summary.photo_count == 0:
        none = "The file" if summary.error_count == 1 else f"None of {count('file', summary.error_count)}"
        verb = "could not be named" if summary.error_count == 1 else "could be named"
        raise TlguiError(f"{none} {verb}.", "Give photos, or folders that hold some.")


def _check_any_there(paths: Sequence[Path]) -> None:
    """Refuse paths of which none is there, before TensorFlow is loaded."""
    if not any(os.path.lexists(path) for path in paths):
        verb = "is" if len(paths) == 1 else "are"
        words = listed([str(path) for path in paths], "file", "files")
        hint = "Check the spelling; a name with spaces needs quotes around it."
        raise CollectionError(f"{words} {verb} not there.", hint)


def _prediction_line(prediction: Prediction) -> str:
    if prediction.error:
        return f"{prediction.path}: {prediction.error}"
    scores = ", ".join(f"{score.class_name} {percent(score.probability)}" for score in prediction.scores)
    return f"{prediction.path}: {scores}"
