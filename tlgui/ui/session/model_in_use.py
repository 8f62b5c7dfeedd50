"""The model for predictions and exports, and which model it is after a folder was opened or a run was trained.

A model belongs to its folder: opening another folder puts a run of that folder to use, or no model. A trained run
replaces the model in use only if it is better, see `model_comparison`; else it is proposed, and the user decides.
"""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from tlgui.learning.results import ModelComparison, ModelSummary
from tlgui.learning.runs.run import Run
from tlgui.ui.session.run_list import RunList


@dataclass(frozen=True, slots=True)
class ProposedRun:
    """A trained run that is not better than the model in use.

    Args:
        run: The run.
        comparison: How often its model and the one in use are right on the same photos; None if that is not known.
    """

    run: Run
    comparison: ModelComparison | None


class ModelInUse(QObject):
    """Holds the model in use.

    Signals:
        changed: Another model is in use, or none.
        set_aside: The model that is no longer in use, because a folder was opened that it does not belong to.
        proposal_changed: Another run is proposed, or none.

    Args:
        run_list: The runs of the open collection.
        parent: The owner.
    """

    changed = Signal()
    set_aside = Signal(ModelSummary)
    proposal_changed = Signal()

    def __init__(self, run_list: RunList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run_list = run_list
        self._model: ModelSummary | None = None
        self._proposal: ProposedRun | None = None

    @property
    def model(self) -> ModelSummary | None:
        """The model in use; None if there is none."""
        return self._model

    @property
    def run(self) -> Run | None:
        """The run of the open collection that made the model; None if no run of it did, or no model is in use."""
        return self._run_list.with_model(self._model.path) if self._model is not None else None

    @property
    def proposal(self) -> ProposedRun | None:
        """The run trained last, if it is not better than the model in use; None after the user has decided."""
        return self._proposal

    def use(self, model: ModelSummary) -> None:
        """Put a model to use; if a run of the collection made it, it is used again when the collection is opened."""
        self._set(model)
        if self.run is not None:
            self._run_list.set_active(self.run)
        self.changed.emit()

    def clear(self) -> None:
        """Use no model."""
        self._set(None)
        self.changed.emit()

    def leave(self, run: Run) -> None:
        """Neither use nor propose the model of a run that was deleted."""
        if self._model is not None and self._model.path == run.model_path:
            self.clear()
        elif self._proposal is not None and self._proposal.run.id == run.id:
            self.withdraw_proposal()

    def propose(self, run: Run, comparison: ModelComparison | None) -> None:
        """Leave the model in use, and propose a run instead of it."""
        self._proposal = ProposedRun(run, comparison)
        self.proposal_changed.emit()

    def withdraw_proposal(self) -> None:
        """Propose no run any more."""
        if self._proposal is not None:
            self._proposal = None
            self.proposal_changed.emit()

    def enter_collection(self) -> None:
        """Put the preferred run of the collection that was opened to use, or no model if it has none."""
        self.withdraw_proposal()
        before, preferred = self._model, self._run_list.preferred
        if before is not None and self.run is not None:
            # It was opened from the file of one of these runs.
            self.use(before)
            return
        if preferred is not None and preferred.model is not None:
            self.use(preferred.model)
        elif before is not None:
            self.clear()
        if before is not None:
            self.set_aside.emit(before)

    def _set(self, model: ModelSummary | None) -> None:
        self._model = model
        self.withdraw_proposal()
