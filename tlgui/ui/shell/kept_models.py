"""The models that trainings of earlier versions left in the data folder."""

import functools
import time
from pathlib import Path

from tlgui import files
from tlgui.ui.text.model_words import MODEL_SUFFIX

_KEPT_SHOWN = 10
_SETTLED_SECONDS = 3.0


def kept_models() -> list[Path]:
    """Return the models that trainings left in the data folder, the newest first."""
    try:
        folder = files.models_folder()
        changed_at = folder.stat().st_mtime
    except OSError:
        # The data folder cannot be made; a training reports that.
        return []
    # Called for every change of the window's state. File systems round times, so a recent change is not trusted.
    is_settled = abs(time.time() - changed_at) > _SETTLED_SECONDS
    return list(_listed_models(folder, changed_at)) if is_settled else _list_models(folder)


@functools.lru_cache(maxsize=1)
def _listed_models(folder: Path, _changed_at: float) -> tuple[Path, ...]:
    return tuple(_list_models(folder))


def _list_models(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{MODEL_SUFFIX}"), key=_changed_at, reverse=True)[:_KEPT_SHOWN]


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
