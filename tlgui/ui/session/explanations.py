"""Where the model in use looks in a photo, and what photos look like to it: asked for in the background."""

import functools
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from tlgui.engine.protocol import Engine, ExplainRequest, LooksRequest
from tlgui.ui.session.job_queue import Jobs
from tlgui.ui.session.model_in_use import ModelInUse
from tlgui.ui.session.worker import Job


class Explanations(QObject):
    """Asks the engine about the model in use; the session stays free meanwhile.

    Signals:
        model_changed: Another model is in use, or none.

    Args:
        jobs: Runs the requests.
        engine: Answers them.
        in_use: Holds the model in use.
        parent: The owner.
    """

    model_changed = Signal()

    def __init__(self, jobs: Jobs, engine: Engine, in_use: ModelInUse, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._engine = engine
        self._in_use = in_use
        in_use.changed.connect(self.model_changed)

    @property
    def can_explain(self) -> bool:
        """Whether a model is in use."""
        return self._in_use.model is not None

    def begin(self, photo: Path, class_name: str | None = None) -> Job:
        """Ask for a photo; the result is an `Explanation`.

        Args:
            photo: The file.
            class_name: The class that is looked for; None for the most probable one.
        """
        model = self._in_use.model
        if model is None:
            raise RuntimeError("this needs a model")
        request = ExplainRequest(model.path, photo, class_name)
        return self._jobs.begin_in_background(request, functools.partial(self._engine.run, request))

    def begin_looks(self, model: Path, photos: tuple[Path, ...]) -> Job:
        """Ask what photos look like to a model; the result is one look for each, see `LooksRequest`.

        Args:
            model: Its file.
            photos: The photos, at most 64.
        """
        request = LooksRequest(model, photos)
        return self._jobs.begin_in_background(request, functools.partial(self._engine.run, request))
