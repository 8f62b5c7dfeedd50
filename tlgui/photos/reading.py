"""Reads a folder as the user opens it: an interrupted mending is put in order first, then the folder is scanned.

Window and command line both start here, so that no scan ever sees a photo under two names.
"""

from pathlib import Path

from tlgui.photos.mending.sorting import mender_of
from tlgui.photos.scanning.scan import Survey, survey
from tlgui.progress import JobContext


def read_folder(folder: Path, context: JobContext) -> Survey:
    """Finish or undo a mending that was cut short, then find the photos in a folder and their facts.

    Args:
        folder: The folder the user picked.
        context: As for `survey`.

    Raises:
        CollectionError: The folder is not there, is not a folder, or may not be opened.
        Cancelled: The user pressed Stop. The facts read until then are stored for the next scan.
    """
    mender_of(folder).recover()
    return survey(folder, context)
