"""The labels of the table that the user chose: read from it in each scan, and kept for when it is not there."""

import contextlib
from collections.abc import Mapping

from tlgui.errors import CollectionError, StorageError
from tlgui.photos.layouts import LabelTable
from tlgui.photos.scanning.label_table import labels_in
from tlgui.photos.scanning.listing import Folder
from tlgui.photos.scanning.offers import photo_index
from tlgui.photos.storage.choices import Choices


def chosen_labels(table: LabelTable, root: Folder, choices: Choices) -> tuple[Mapping[str, str], str, str]:
    """Return the labels of the photos by place, and why they could not be read from the table, with a hint.

    Args:
        table: The table.
        root: The folder the user picked, listed as a whole.
        choices: Where the labels are stored.

    Returns:
        The labels: those stored before where the table cannot be read. Reason and hint are empty where it can.
    """
    stored = choices.labels()
    try:
        labels = labels_in(table, photo_index(root)).labels
    except CollectionError as error:
        return stored, error.message, error.hint
    if labels != stored:
        # Without them the scan succeeds; they are read again in the next one.
        with contextlib.suppress(StorageError):
            choices.store_labels(labels)
    return labels, "", ""
