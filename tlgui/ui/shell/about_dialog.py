"""The About dialog: versions and licences."""

import platform
from importlib import metadata

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QMessageBox, QWidget

from tlgui import __version__
from tlgui.ui.widgets.icons import app_icon
from tlgui.ui.widgets.plain_text import PlainMessageBox

_PACKAGES = ("tensorflow", "keras", "ai-edge-litert", "onnx", "onnxruntime", "matplotlib", "pillow", "numpy")
_LICENCES = """\
tlgui is free software under the Apache License 2.0.
Qt and PySide6 are used under the GNU Lesser General Public License 3.
The backbones EfficientNet-Lite0 and Lite2 and their ImageNet weights are under the Apache License 2.0.
TensorFlow and Keras are under the Apache License 2.0. NOTICE names all sources."""


def version_lines() -> list[str]:
    """Return the versions that a problem report should name, without importing the packages."""
    packages = []
    for package in _PACKAGES:
        try:
            packages.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            packages.append(f"{package}: not installed")
    # Few lines, so that they are all seen with large text.
    system = f"Python {platform.python_version()} on {platform.platform()}, Qt {qVersion()}"
    return [f"tlgui {__version__}", system, ", ".join(packages)]


def show_about(parent: QWidget) -> QMessageBox:
    """Open the dialog, which is not modal."""
    box = PlainMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setModal(False)
    box.setWindowTitle("About tlgui")
    box.setIconPixmap(app_icon().pixmap(parent.fontMetrics().height() * 4))
    box.setText(f"tlgui {__version__}: teach your computer to sort photos. They never leave it.")
    box.setInformativeText(_LICENCES + "\n\n" + "\n".join(version_lines()))
    box.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    box.show()
    return box
