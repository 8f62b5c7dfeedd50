"""Handlers of the menu actions that concern the whole window, and the conditions under which they can be used."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from tlgui import files
from tlgui.errors import TlguiError
from tlgui.files import targets
from tlgui.learning.runs.run import MODEL_NAME
from tlgui.learning.runs.store import KEPT_DAYS
from tlgui.photos.health.findings import Mending
from tlgui.photos.names import one_line, shown_name
from tlgui.photos.pictures.formats import IMAGE_SUFFIXES
from tlgui.text.numbers import count
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.results.results_page import ResultsPage
from tlgui.ui.session.photo_selection import PhotoSelection
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import EXPORT_FOLDER, MODEL_FOLDER, PHOTO_FOLDER, RECENT_FOLDERS, RECENT_MODELS, Settings
from tlgui.ui.shell.about_dialog import show_about
from tlgui.ui.shell.export_dialog import ExportDialog
from tlgui.ui.shell.kept_models import kept_models
from tlgui.ui.shell.message_bar import MessageBar
from tlgui.ui.shell.model_questions import MODELS, ask_model_target, documents_folder, pictures_folder
from tlgui.ui.shell.predict_undo import PredictUndo
from tlgui.ui.shell.report_saving import ReportSaving
from tlgui.ui.shell.step_list import Step
from tlgui.ui.text.model_words import model_name
from tlgui.ui.train.train_page import TrainPage
from tlgui.ui.widgets.file_dialogs import ask_file, ask_files, ask_folder, ask_target
from tlgui.ui.widgets.plain_text import without_key

_PHOTOS = f"Photos ({' '.join(sorted(f'*{suffix}' for suffix in IMAGE_SUFFIXES))});;All files (*)"
_SAMPLES_FOLDER = "tlgui sample photos"


@dataclass(frozen=True, slots=True)
class Pages:
    """The four pages."""

    photos: PhotosPage
    train: TrainPage
    results: ResultsPage
    predict: PredictPage

    def content(self, number: int) -> QWidget | None:
        """Return the photos of a page, which is a `Step`, where that is about photos."""
        contents: dict[Step, QWidget] = {Step.PHOTOS: self.photos.browser.grid, Step.PREDICT: self.predict.view.grid}
        return contents.get(Step(number))


class Commands(QObject):
    """Handles the menu actions.

    Signals:
        step_requested: A page is to be shown.
        page_entered: A page was shown for a key or a menu entry that leads to it, so the focus belongs there.

    Args:
        window: The parent of every dialog.
        session: The state of the window.
        settings: Values kept from one start to the next.
        pages: The four pages.
        messages: Shows outcomes.
        predict_undo: Undo on the Predict page.
    """

    step_requested = Signal(int)
    page_entered = Signal(int)

    def __init__(
        self,
        window: QWidget,
        session: Session,
        settings: Settings,
        pages: Pages,
        messages: MessageBar,
        predict_undo: PredictUndo,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._settings = settings
        self._pages = pages
        self._messages = messages
        self._predict_undo = predict_undo
        self.report_saving = ReportSaving(window, session, settings, messages)
        self._origin = Step.RESULTS

    # Conditions, read after signals of the session and the pages.

    def is_idle(self) -> bool:
        """Return whether no job is under way."""
        return not self._session.is_busy

    def is_busy(self) -> bool:
        """Return whether a job is under way."""
        return self._session.is_busy

    def can_use_model(self) -> bool:
        """Return whether a model is open and no job is under way."""
        return self._session.model is not None and self.is_idle()

    def can_predict(self) -> bool:
        """Return whether a model is open and nothing but predictions and trainings is under way; photos are queued."""
        session = self._session
        return session.model is not None and (session.job is None or session.is_training)

    def can_undo(self) -> bool:
        """Return whether there is something to undo: what depends on the page, see `undo`."""
        if self._pages.results.isVisible():
            return self._pages.results.run_actions.can_undo_delete()
        if self._is_undo_of_predict():
            return True
        return self._session.review.next_undo is not None and self.is_idle()

    # File

    def choose_folder(self) -> None:
        """Ask for a collection and open it."""
        start = self._session.collection.folder.parent if self._session.collection is not None else pictures_folder()
        ask_folder(
            self._window, "Choose the folder that holds one subfolder for each class", str(start), self.open_folder
        )

    def open_folder(self, folder: Path) -> None:
        """Open a collection."""
        if self._is_free():
            self.show_step(Step.PHOTOS)
            self._session.scan_folder(folder)

    def draw_samples(self) -> None:
        """Ask where the sample photos go, draw them into a folder of their own there, and open it."""
        if self._is_free():
            title = f"Choose where the folder “{_SAMPLES_FOLDER}” goes"
            dialog = ask_folder(self._window, title, str(documents_folder()), self._draw_samples_in)
            dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Put it here")

    def recent_folders(self) -> tuple[Path, ...]:
        """Return the collections opened before, the last one first."""
        return tuple(Path(text) for text in self._settings.value(RECENT_FOLDERS))

    def choose_model(self) -> None:
        """Ask for a model and open it."""
        start = self._settings.value(MODEL_FOLDER) or str(documents_folder())
        ask_file(self._window, "Open model", start, MODELS, self.open_model)

    def open_model(self, path: Path) -> None:
        """Open a model."""
        if self._is_free():
            self._session.open_model(path)

    def recent_models(self) -> tuple[Path, ...]:
        """Return the models used before, then those that trainings of earlier versions left, the newest first."""
        known = (Path(text) for text in self._settings.value(RECENT_MODELS))
        # A deleted run can be restored, so the path of its model stays in the settings, and is not offered meanwhile.
        recent = tuple(path for path in known if path.name != MODEL_NAME or files.is_file(path))
        return recent + tuple(path for path in kept_models() if path not in recent)

    def save_model(self) -> None:
        """Ask for a path, and copy the open model there."""
        model = self._session.model
        if model is None:
            return
        ask_model_target(
            self._window, self._settings, model_name(model.path), self._save_model_to, self._messages.show_error
        )

    def export_model(self) -> None:
        """Ask for a format and a path, and export the open model."""
        model = self._session.model
        if model is None:
            return
        folder = Path(self._settings.value(EXPORT_FOLDER) or str(documents_folder()))
        tells_distance = model.trust is not None and model.trust.novelty is not None
        dialog = ExportDialog(model_name(model.path), folder, self._window, tells_distance=tells_distance)
        dialog.export_requested.connect(self._export)
        dialog.open()

    def quit(self) -> None:
        """Close the window; during a job it asks first."""
        self._window.close()

    # Train

    def start_training(self) -> None:
        """Start a training, and show the Train page."""
        self.show_step(Step.TRAIN)
        self._pages.train.start()

    def can_train_again(self) -> bool:
        """Return whether a run of the collection is in use, whose recipe can be trained on the photos as they are."""
        session = self._session
        return session.active_run is not None and session.collection is not None and not session.advice()

    def train_again(self) -> None:
        """Train the recipe in use anew on the photos as they are now, and show the Train page."""
        run = self._session.active_run
        if run is None or not self.can_train_again() or not self._is_free():
            return
        try:
            self._session.train_again(run)
        except TlguiError as error:
            self._messages.show_error(error)
        else:
            self.show_step(Step.TRAIN)

    def stop(self) -> None:
        """Ask the job under way to stop; the prediction where there is no other."""
        self._session.stop()

    def undo(self) -> None:
        """Restore a deleted run on Results, take back a decision or a sort on Predict, else a mending."""
        if self._pages.results.isVisible():
            self._restore(1)
        elif self._is_undo_of_predict():
            self._predict_undo.undo()
        elif self.can_undo():
            self.undo_mending()

    def undo_mending(self) -> None:
        """Undo the last mending, and show the Photos page."""
        if self._is_free():
            self.show_step(Step.PHOTOS)
            self._session.review.undo()

    def undo_added(self) -> None:
        """Undo that corrected photos were added to the collection, and stay on this page."""
        if self._is_free():
            self._session.review.undo()

    def mend(self, mending: Mending) -> None:
        """Mend the collection, unless a job is under way."""
        self._pages.photos.mend(mending)

    def undo_text(self) -> str:
        """Return the menu text of Undo, with what it would undo."""
        if self._pages.results.isVisible():
            return "&Undo deleting a training"
        if self._is_undo_of_predict():
            return self._predict_undo.text()
        what = self._session.review.next_undo
        return "&Undo" if what is None else f"&Undo: {without_key(what)}"

    @Slot(object, bool)
    def show_deleted(self, names: tuple[str, ...], is_model_closed: object) -> None:
        """Show which runs were deleted, whether the open model was one of theirs, and a button that restores them."""
        what = f"“{names[0]}” is deleted." if len(names) == 1 else f"{count('training', len(names))} are deleted."
        closed = " No model is in use any more." if is_model_closed else ""
        hint = f"Deleted trainings can be brought back for {count('day', KEPT_DAYS)}.{closed}"
        self._messages.show_undoable(what, hint, lambda: self._restore(len(names)))

    def save_plot(self) -> None:
        """Ask for a path, and write the plots there."""
        kinds = "PNG picture (*.png);;SVG drawing (*.svg)"
        self._ask_and_write("Save plot", "training.png", kinds, targets.PLOT, self._pages.train.save_plot)

    def save_history(self) -> None:
        """Ask for a path, and write the numbers behind the plots there."""
        self._ask_and_write(
            "Save numbers", "training.csv", "CSV table (*.csv)", targets.TABLE, self._pages.train.save_history_csv
        )

    # Predict

    def choose_photos(self) -> None:
        """Ask for photos and predict their classes."""
        ask_files(self._window, "Open photos to name", self._photo_folder(), _PHOTOS, self._predict)

    def choose_photo_folder(self) -> None:
        """Ask for a folder and predict the classes of all photos in it."""
        ask_folder(
            self._window, "Open a folder of photos to name", self._photo_folder(), lambda path: self._predict((path,))
        )

    def paste_image(self) -> None:
        """Predict the class of the picture on the clipboard."""
        self.show_step(Step.PREDICT)
        self._pages.predict.paste_image()

    # View and Help

    def show_photos(self) -> None:
        """Show the Photos page."""
        self.show_step(Step.PHOTOS)

    @Slot(object)
    def show_selection(self, selection: PhotoSelection) -> None:
        """Show the photos that a page asks for, on the Photos page."""
        self._origin = next((step for step in Step if step.title == selection.origin), Step.RESULTS)
        self.show_step(Step.PHOTOS)
        self._pages.photos.show_photos(selection)

    def go_back(self) -> None:
        """Show the page that asked for photos."""
        self.show_step(self._origin)

    def show_train(self) -> None:
        """Show the Train page."""
        self.show_step(Step.TRAIN)

    def show_results(self) -> None:
        """Show the Results page."""
        self.show_step(Step.RESULTS)

    def show_predict(self) -> None:
        """Show the Predict page."""
        self.show_step(Step.PREDICT)

    def show_step(self, step: Step) -> None:
        """Show the page of `step`."""
        self.step_requested.emit(step.value)

    def enter(self, step: Step) -> None:
        """Show the page of `step`, with the focus on its first control."""
        self.show_step(step)
        self.page_entered.emit(step.value)

    def about(self) -> None:
        """Show versions and licences."""
        show_about(self._window)

    def _draw_samples_in(self, folder: Path) -> None:
        """Draw the sample photos below `folder`; a folder of them that was drawn before is opened as it is."""
        if self._is_free():
            self.show_step(Step.PHOTOS)
            self._session.draw_samples(folder if folder.name == _SAMPLES_FOLDER else folder / _SAMPLES_FOLDER)

    def _restore(self, most: int) -> None:
        results = self._pages.results
        names: list[str] = []
        while len(names) < most and (run := self._session.run_list.last_deleted) is not None:
            results.run_actions.undo_delete()
            names.append(run.name)
        if names:
            self.show_step(Step.RESULTS)

    def _is_undo_of_predict(self) -> bool:
        return self._pages.predict.isVisible() and self._predict_undo.can_undo()

    def _is_free(self) -> bool:
        if self._session.is_busy:
            self._messages.show_info("Something is still under way.", "Wait until it has ended, or stop it.")
        return not self._session.is_busy

    def _save_model_to(self, target: Path) -> None:
        if self._is_free():
            self._session.save_model(target)

    def _export(self, format_id: str, target: Path, with_distance: bool) -> None:  # noqa: FBT001 - a slot
        self._settings.set_value(EXPORT_FOLDER, str(target.parent))
        if self._is_free():
            self._session.export(format_id, target, with_distance=with_distance)

    def _photo_folder(self) -> str:
        return self._settings.value(PHOTO_FOLDER) or str(pictures_folder())

    def _predict(self, paths: tuple[Path, ...]) -> None:
        self._settings.set_value(PHOTO_FOLDER, str(paths[0].parent))
        self.show_step(Step.PREDICT)
        self._pages.predict.predict_paths(paths)

    def _ask_and_write(
        self, title: str, name: str, kinds: str, kind: targets.FileKind, write: Callable[[Path], None]
    ) -> None:
        def write_and_report(target: Path) -> None:
            self._settings.set_value(EXPORT_FOLDER, str(target.parent))
            try:
                write(target)
            except TlguiError as error:
                self._messages.show_error(error)
            else:
                self._messages.show_success(f"Saved “{shown_name(target)}”.", one_line(str(target.parent)), target)

        folder = Path(self._settings.value(EXPORT_FOLDER) or str(documents_folder()))
        ask_target(self._window, title, str(folder / name), kinds, kind, write_and_report, self._messages.show_error)
