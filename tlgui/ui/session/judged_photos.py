"""The photos behind the numbers of each run, found in the collection as it is now; read in the background."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from tlgui import files
from tlgui.learning.runs.judgements import read_judgements
from tlgui.learning.runs.run import Run
from tlgui.learning.runs.training_photos import places_now
from tlgui.learning.trust import PhotoJudgement
from tlgui.photos.pictures.photo_digests import kept_digests
from tlgui.photos.places import inside, outside
from tlgui.photos.scanning.scan import Survey
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext
from tlgui.ui.session.job_queue import Jobs
from tlgui.ui.session.judged_part import JudgedRun, PhotoState, Whereabouts, judged_run
from tlgui.ui.session.model_in_use import ModelInUse
from tlgui.ui.session.requests import JudgedPhotosRequest
from tlgui.ui.session.review import Review
from tlgui.ui.session.run_list import RunList

# That of the model in use, and the two that the Results page shows last.
_RUNS_KEPT = 3
_STEP = 1000


@dataclass(frozen=True, slots=True)
class _Reading:
    """The judgements of a run, read for a survey."""

    run_id: str
    survey: Survey
    stamp: tuple[int, int]
    judgements: tuple[PhotoJudgement, ...]
    judged: JudgedRun

    def is_of(self, survey: Survey, stamp: tuple[int, int]) -> bool:
        """Return whether it is still true for a survey and a file."""
        return self.survey is survey and self.stamp == stamp


class JudgedPhotos(QObject):
    """Reads what the models of runs said of the photos of the open collection.

    Signals:
        changed: More is known, or a photo was moved, left out or called right.

    Args:
        jobs: Runs the reading.
        review: Holds the collection, and lists the photos that may be in the wrong class.
        run_list: Holds the runs.
        in_use: Knows the run whose model is in use.
        parent: The owner.
    """

    changed = Signal()

    def __init__(
        self, jobs: Jobs, review: Review, run_list: RunList, in_use: ModelInUse, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._review = review
        self._in_use = in_use
        self._known: OrderedDict[str, _Reading] = OrderedDict()
        self._wanted: OrderedDict[str, Run] = OrderedDict()
        self._reading: set[str] = set()
        self._folder: Path | None = None
        self._confirmed: frozenset[Path] = frozenset()
        for signal in (review.changed, run_list.changed, in_use.changed):
            signal.connect(self._on_something_changed)

    def of(self, run: Run) -> JudgedRun | None:
        """Return the judgements of a run, as last read.

        Args:
            run: A run of the open collection.

        Returns:
            None while they are read for the first time, when `changed` is emitted afterwards; empty for a run of an
            earlier version, which stored none.
        """
        self._want(run)
        reading = self._known.get(run.id)
        return reading.judged if reading is not None else None

    @property
    def confirmed(self) -> frozenset[Path]:
        """The judged photos whose class was called right."""
        return self._confirmed

    def _want(self, run: Run) -> None:
        """Have a run read, and again whenever the collection changes, until others are asked for."""
        self._wanted[run.id] = run
        self._wanted.move_to_end(run.id)
        while len(self._wanted) > _RUNS_KEPT:
            run_id, _ = self._wanted.popitem(last=False)
            self._known.pop(run_id, None)
        self._read(run)

    def _read(self, run: Run) -> None:
        survey, known = self._review.survey, self._known.get(run.id)
        stamp = _stamp(run.judgements_path)
        if survey is None or (known is not None and known.is_of(survey, stamp)):
            return
        if run.id in self._reading:
            # It is read again where it is out of date by then.
            return

        def read(context: JobContext) -> _Reading:
            is_read = known is not None and known.stamp == stamp
            judgements = known.judgements if known and is_read else read_judgements(run.judgements_path)
            context.checkpoint()
            return _Reading(run.id, survey, stamp, judgements, _judged(run, judgements, survey, context))

        self._reading.add(run.id)
        self._jobs.begin_in_background(JudgedPhotosRequest(survey.collection.folder, run.id), read, self._on_read)

    @Slot()
    def _on_something_changed(self) -> None:
        survey, used = self._review.survey, self._in_use.run
        folder = survey.collection.folder if survey is not None else None
        if folder != self._folder:
            self._folder = folder
            for kept in (self._known, self._wanted, self._reading):
                kept.clear()
        if used is not None and used.id not in self._wanted:
            self._wanted[used.id] = used
            self._wanted.move_to_end(used.id, last=False)
        for run in tuple(self._wanted.values()):
            self._read(run)
        self._show_doubts()

    @Slot(object)
    def _on_read(self, reading: object) -> None:
        assert isinstance(reading, _Reading)
        self._reading.discard(reading.run_id)
        run = self._wanted.get(reading.run_id)
        if run is None:
            return
        self._known[reading.run_id] = reading
        self._confirmed = frozenset().union(*(known.judged.confirmed for known in self._known.values()))
        self._show_doubts()
        self.changed.emit()
        # The collection may have changed meanwhile.
        self._read(run)

    def _show_doubts(self) -> None:
        """Have the photos listed among the problems that look more like another class to the model in use."""
        used = self._in_use.run
        known = self._known.get(used.id) if used is not None else None
        self._review.show_doubts(known.judged.doubts if known is not None else None)


def _stamp(path: Path) -> tuple[int, int]:
    """Return the size and the time of a file; zeros while there is none, as before a training has ended."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _judged(run: Run, judgements: tuple[PhotoJudgement, ...], survey: Survey, context: JobContext) -> JudgedRun:
    """Find the photos of judgements."""
    if not judgements:
        return JudgedRun()
    return judged_run(judgements, _whereabouts(run, judgements, survey, context.checkpoint))


def _whereabouts(
    run: Run, judgements: tuple[PhotoJudgement, ...], survey: Survey, checkpoint: Callable[[], None]
) -> Whereabouts:
    folder, collection = survey.collection.folder, survey.collection
    used = {inside(photo.path, folder): photo for photo in collection.photos()}
    left_out = {inside(photo.path, folder): photo for photo in collection.left_out}
    checkpoint()
    now = places_now(run.training_photos_path, survey)
    paths: dict[str, Path] = {}
    states: dict[str, PhotoState] = {}
    confirmed = _confirmed(judgements, survey)
    for number, judgement in enumerate(judgements):
        if number % _STEP == 0:
            checkpoint()
        # Without the list of the photos it was trained on, they are found by their names alone.
        place = now.get(judgement.place) if now is not None else judgement.place
        photo = used.get(place or "") or left_out.get(place or "")
        if place is None or photo is None:
            continue
        paths[judgement.place] = photo.path
        if place in left_out:
            states[judgement.place] = PhotoState.LEFT_OUT
        elif photo.class_name != judgement.class_name:
            states[judgement.place] = PhotoState.MOVED
        elif confirmed(judgement):
            states[judgement.place] = PhotoState.CONFIRMED
    return Whereabouts(paths, states)


def _confirmed(judgements: tuple[PhotoJudgement, ...], survey: Survey) -> Callable[[PhotoJudgement], bool]:
    """Return a function that tells whether the class of a photo was called right."""
    folder = survey.collection.folder
    confirmed = Choices(files.workspace_path(folder), folder).confirmed()
    if not confirmed:
        return lambda _judgement: False
    unknown = [outside(judgement.place, folder) for judgement in judgements if not judgement.digest]
    known: Mapping[Path, bytes] = kept_digests(unknown) if unknown else {}
    later = {inside(path, folder): digest.hex() for path, digest in known.items()}
    return lambda judgement: (judgement.digest or later.get(judgement.place, "")) in confirmed
