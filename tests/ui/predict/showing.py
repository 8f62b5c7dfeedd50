"""What the Predict page shows, in tests of it."""

from PySide6.QtCore import Qt

from tlgui.ui.predict.predict_page import PredictPage


def names_shown(page: PredictPage) -> list[str]:
    """Return the stems of the photos in the grid, in order."""
    return [photo.path.stem for photo in page.view.grid.photos.items]


def selected(page: PredictPage) -> list[str]:
    """Return the stems of the selected photos."""
    return [photo.path.stem for photo in page.view.grid.selected()]


def answers(page: PredictPage) -> dict[str, str]:
    """Return what stands in bold below each photo, by the stem of its name; a star marks the person's."""
    model = page.view.grid.photos
    spoken = [str(model.index(row).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(model.rowCount())]
    said = (words.partition(".")[0] for words in spoken)
    return {
        name: words.removesuffix(", yours") + "*" * words.endswith(", yours")
        for name, words in zip(names_shown(page), said, strict=True)
    }


def chips(page: PredictPage) -> list[str]:
    """Return the texts of the chips that are shown."""
    return [chip.text() for chip in page.view.chips.chips()]
