"""Exports a model: written to a temporary folder, loaded again in its own runtime, compared, and then put in place.

Every export is reloaded and compared because several conversions fail without an error: among those met, a LiteRT file
without weights and an ONNX file with extra inputs.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tlgui.cancellation import run_in_thread
from tlgui.errors import ExportError, TlguiError
from tlgui.exporting import distance
from tlgui.exporting.comparing import gather_pictures, largest_difference
from tlgui.exporting.exporter import Exporter, FloatArray
from tlgui.exporting.exporters import EXPORTERS
from tlgui.exporting.labels import DETAILS_FILE, details_bytes, labels_bytes
from tlgui.exporting.placing import check_target, place, size_of
from tlgui.files import storage_error, temporary_folder
from tlgui.learning.model_file.tlmodel import LoadedModel
from tlgui.learning.results import ExportResult
from tlgui.progress import JobContext, Progress, Stage

# After a stop, a conversion runs to its end; the next one waits for it, so that two never share the memory.
_converting = threading.Lock()


def export(
    model: LoadedModel,
    format_id: str,
    target: Path,
    photos: Sequence[Path],
    context: JobContext,
    *,
    with_distance: bool = False,
) -> ExportResult:
    """Write a model in another format; it is kept only when it agrees with the model.

    The class names are inside the export, and of a file also in a text file beside it, named after the whole file:
    `birds.onnx.labels.txt`. What an export has no room for is in `birds.onnx.labels.json`, or inside a folder.

    Args:
        model: The model.
        format_id: A key of `EXPORTERS`.
        target: The file or folder to write; an older export there stays until the new one was compared.
        photos: Photos to compare on; drawn pictures are added where there are fewer than 16.
        context: Receives the stages; its checkpoint is called at least 20 times a second.
        with_distance: Whether the export gets a second output, the distance to the training photos.

    Returns:
        The path of the export, and how far it agrees with the model.

    Raises:
        ExportError: The format cannot hold this model, the export disagrees with it, or the folder is no SavedModel.
        TargetError: The name has the wrong ending, or a file of another kind is there.
        StorageError: The disk refused; the target is unchanged.
        Cancelled: The user pressed Stop; the target is unchanged.
    """
    exporter = EXPORTERS[format_id]
    check_target(target, exporter.format)
    written_model, expected = _prepared(model, exporter, with_distance=with_distance)
    context.report(Progress(Stage.CONVERTING))
    with temporary_folder() as folder:
        written, run = run_in_thread(lambda: _converted(exporter, written_model, folder), context, is_daemon=True)
        pictures = gather_pictures(photos, model.summary.input_size, context)
        difference = largest_difference(expected, run, pictures.pixels, context)
        _check_difference(difference, exporter)
        context.report(Progress(Stage.SAVING))
        context.checkpoint()
        details = details_bytes(model.summary, has_distance=with_distance)
        if details is not None and written.is_dir():
            (written / "assets" / DETAILS_FILE).write_bytes(details)
        place(written, target, labels_bytes(model.summary.class_names), details)
        return ExportResult(
            path=target,
            format_id=format_id,
            size_bytes=size_of(written),
            largest_difference=difference,
            compared_count=len(pictures.pixels),
            used_drawn_pictures=pictures.drawn_count > 0,
        )


def _prepared(
    model: LoadedModel, exporter: Exporter, *, with_distance: bool
) -> tuple[LoadedModel, Callable[[FloatArray], FloatArray]]:
    """Return the model as it is written, and what the export must say."""
    if not with_distance:
        return model, model.predict
    neighbours = distance.check_distance(model, exporter.format)
    return replace(model, model=distance.with_distance(model.model, neighbours)), distance.expected(model)


def _converted(exporter: Exporter, model: LoadedModel, folder: Path) -> tuple[Path, Callable[[FloatArray], FloatArray]]:
    """Convert the model and load the result; errors of the libraries become one `ExportError`."""
    try:
        with _converting:
            path = exporter.write(model, folder)
            return path, exporter.reopen(path)
    except TlguiError:
        raise
    except OSError as error:
        raise storage_error(error, folder) from error
    except Exception as error:
        raise ExportError(
            f"{exporter.format.title} cannot hold this model: {_first_line(error)}",
            "Choose another format: LiteRT takes most networks, Keras takes all.",
        ) from error


def _check_difference(difference: float, exporter: Exporter) -> None:
    if not difference <= exporter.tolerance:
        raise ExportError(
            f"The {exporter.format.title} export does not agree with the model: probabilities differ by up to "
            f"{difference:.2g} where {exporter.tolerance:g} is the most that rounding can do. It was not kept.",
            "Choose another format, and please report this.",
        )


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:200]
