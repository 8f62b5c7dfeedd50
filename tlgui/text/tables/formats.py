"""The formats that predictions can be written in: one list for the command line and the window."""

from dataclasses import dataclass

from tlgui.files import targets


@dataclass(frozen=True, slots=True)
class TableFormat:
    """A format for predictions.

    Args:
        id: Its name on the command line.
        title: Its name on the screen.
        description: What it is for, in a sentence.
        kind: The kind of file; None for a folder.
        needs_facts: Whether it tells what the photos' files say of themselves, such as when they were taken.
        needs_place: Whether it must tell where the photos were taken.
    """

    id: str
    title: str
    description: str
    kind: targets.FileKind | None
    needs_facts: bool = False
    needs_place: bool = False


FORMATS = (
    TableFormat("csv", "Table (CSV)", "One row a photo, for any spreadsheet.", targets.TABLE),
    TableFormat("xlsx", "Excel workbook", "The same table as a workbook.", targets.WORKBOOK),
    TableFormat(
        "megadetector",
        "MegaDetector results",
        "For Timelapse and other programs for camera traps; one box around each photo.",
        targets.MEGADETECTOR,
    ),
    TableFormat(
        "coco-camera-traps",
        "COCO Camera Traps",
        "For the training of other models; photos that are not named have no label.",
        targets.COCO_CAMERA_TRAPS,
        needs_facts=True,
    ),
    TableFormat(
        "camtrap-dp",
        "Camtrap DP (a folder)",
        "A data package for GBIF, Agouti and R; each folder of photos is one deployment of a camera.",
        None,
        needs_facts=True,
        needs_place=True,
    ),
)
"""Every format, the usual one first."""


def table_format(format_id: str) -> TableFormat:
    """Return the format with this id, one of those in `FORMATS`."""
    return next(each for each in FORMATS if each.id == format_id)
