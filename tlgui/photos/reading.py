"""Reads a folder as the user opens it: an interrupted mending is put in order first, then the folder is scanned.

Window and command line both start here, so that no scan ever sees a photo under two names.
"""

from collections.abc import Callable
from pathlib import Path

from tlgui import files
from tlgui.photos.layouts import LayoutChoice
from tlgui.photos.mending.mender import mender_of
from tlgui.photos.scanning.scan import Survey, survey
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext


def read_folder(
    folder: Path, context: JobContext, choose: Callable[[LayoutChoice], LayoutChoice] | None = None
) -> Survey:
    """Finish or undo a mending that was cut short, then find the photos in a folder and their facts.

    Args:
        folder: The folder the user picked.
        context: As for `survey`.
        choose: Returns how the folder is to be read from what was chosen before; None to leave that as it is.

    Raises:
        CollectionError: As for `survey`.
        Cancelled: The user pressed Stop. The facts read until then are stored for the next scan.
    """
    mender_of(folder).recover()
    choice = choose(Choices(files.workspace_path(folder.absolute()), folder.absolute()).layout()) if choose else None
    return survey(folder, context, choice)
