"""The folders of one user: caches, data, logs; and the files that are shipped.

Data is what a person made or waited for: choices, runs, models, journals. It is written whole or not at all, and the
program never deletes it by itself. Caches can be computed again, and may go at any time: see `caches`.
"""

import hashlib
import os
from pathlib import Path

import platformdirs

from tlgui.files.names import APP_NAME, plain_name
from tlgui.files.temporary import process_folder

_SHORT_NAME = 40
_NO_HOME = (
    "There is no home folder, so nothing is remembered beyond this session. "
    "Set HOME to a folder of your own to keep runs, settings and caches."
)


def cache_folder() -> Path:
    """Return the folder for what can be computed again; made if it is not there.

    Raises:
        OSError: The disk refused.
    """
    return _made(_user_folder("cache"))


def data_folder() -> Path:
    """Return the folder for what must be kept, such as models not yet saved elsewhere; made if it is not there.

    Raises:
        OSError: The disk refused.
    """
    return _made(_user_folder("data"))


def models_folder() -> Path:
    """Return the folder where every training saves its model; made if it is not there.

    Raises:
        OSError: The disk refused.
    """
    return _made(data_folder() / "models")


def workspace_path(folder: Path) -> Path:
    """Return where the runs, choices and journals of a collection are kept; nothing is made.

    It lies in the data folder, never among the photos. Its name holds the collection's, for people who look there, and
    a digest of the collection's path, which tells two collections of the same name apart.

    Args:
        folder: The collection's folder.
    """
    place = os.path.normcase(os.path.realpath(folder))
    # A name on disk that is not UTF-8 has surrogates in place of those bytes.
    digest = hashlib.sha256(place.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    name = plain_name(folder.name, "collection")[:_SHORT_NAME].strip()
    return _user_folder("data") / "workspaces" / f"{name} {digest}"


def log_folder() -> Path:
    """Return the folder for logs; made if it is not there.

    Raises:
        OSError: The disk refused.
    """
    return _made(_user_folder("log"))


def resource(name: str) -> Path:
    """Return the path of a shipped file, in the installed package or in the checkout.

    Args:
        name: The path below `resources/`, such as `"weights/efficientnet-lite0.weights.h5"`.
    """
    package = Path(__file__).resolve().parent.parent
    installed = package / "resources"
    return (installed if installed.is_dir() else package.parent / "resources") / name


def config_folder() -> Path:
    """Return the folder for settings; nothing is made."""
    return _user_folder("config")


def home_folder() -> Path:
    """Return the user's home folder; without one, the temporary folder of this process."""
    try:
        return Path.home()
    except RuntimeError:
        return process_folder()


def expanded(path: Path | str) -> Path:
    """Return a path that the user typed, with “~” replaced by the home folder; unchanged where there is none."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - `Path.expanduser` raises where there is none


def is_file(path: Path) -> bool:
    """Return whether a file is there; False, where `Path.is_file` raises, if a folder above denies access."""
    return os.path.isfile(path)  # noqa: PTH113 - see above


def is_folder(path: Path) -> bool:
    """Return whether a folder is there; False, where `Path.is_dir` raises, if a folder above denies access."""
    return os.path.isdir(path)  # noqa: PTH112 - see above


def home_problem() -> str:
    """Return what to tell a user who has no home folder; empty where there is one."""
    return "" if _known_folder("data") else _NO_HOME


def _user_folder(kind: str) -> Path:
    """Return one of the user's folders; without a home, one in the temporary folder of this process."""
    return _known_folder(kind) or process_folder() / kind


def _known_folder(kind: str) -> Path | None:
    try:
        return Path(getattr(platformdirs, f"user_{kind}_dir")(APP_NAME, appauthor=False))
    except RuntimeError:
        return None


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
