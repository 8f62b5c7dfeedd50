"""The formats that predictions can be written in: one list for the command line and the window."""

from dataclasses import dataclass

from tlgui.files import targets


@dataclass(frozen=True, slots=True)
class TableFormat:
    """A format for predictions.

    Args:
        id: Its name on the command line.
        title: Its name on the screen.
        kind: The kind of file; None for a folder.
        needs_facts: Whether it tells what the photos' files say of themselves, such as when they were taken.
        needs_place: Whether it must tell where the photos were taken.
    """

    id: str
    title: str
    kind: targets.FileKind | None
    needs_facts: bool = False
    needs_place: bool = False


FORMATS = (
    TableFormat("csv", "Table (CSV)", targets.TABLE),
    TableFormat("xlsx", "Excel workbook", targets.WORKBOOK),
    TableFormat("megadetector", "MegaDetector results", targets.MEGADETECTOR),
    TableFormat("coco-camera-traps", "COCO Camera Traps", targets.COCO_CAMERA_TRAPS, needs_facts=True),
    TableFormat("camtrap-dp", "Camtrap DP (a folder)", None, needs_facts=True, needs_place=True),
)
"""Every format, the usual one first."""


def table_format(format_id: str) -> TableFormat:
    """Return the format with this id, one of those in `FORMATS`."""
    return next(each for each in FORMATS if each.id == format_id)
