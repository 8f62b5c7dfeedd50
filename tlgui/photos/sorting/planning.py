"""Plans a sort: where each photo and its companions go, under which names, and what is not sorted and why."""

import contextlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tlgui import files
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.mending.file_mover import MendingProblem
from tlgui.photos.mending.records import Act, Step
from tlgui.photos.pictures.header import read_all_facts, state_now
from tlgui.photos.places import inside
from tlgui.photos.sorting.companions import Companions
from tlgui.photos.sorting.group_names import GroupNames, Member
from tlgui.photos.sorting.options import Answer, DecidedPhoto, SidecarNote, SortOptions, Writer
from tlgui.photos.sorting.pattern import has_class, wants_date
from tlgui.photos.sorting.places import Inside, Place, Places, check_options
from tlgui.photos.sorting.plan import FolderCount, SortPlan, is_photo_step
from tlgui.photos.sorting.target import Target, target_at
from tlgui.progress import JobContext, Progress, Stage

MOST_SIDECAR_BYTES = 32 << 20

# Photos that a helper process opens are sent to it together.
_TOGETHER = 64
_GONE = "It is no longer there."


@dataclass(frozen=True)
class PlanInput:
    """What a sort is planned from.

    Args:
        photos: The photos, each once.
        options: What the user chose.
        class_names: The classes of the model in its order.
        roots: What the user gave: photos, and folders that hold some.
        training: The folder of the collection that the model is trained on; None where that is unknown.
        kept: Where sidecars that were merged into others are kept while photos are moved.
        writers: The functions that write files beside photos, by name.
        taken: When photos were taken, as it was read before; gets what is read now.
    """

    photos: Sequence[DecidedPhoto]
    options: SortOptions
    class_names: Sequence[str]
    roots: Sequence[Path]
    training: Path | None
    kept: Path
    writers: Mapping[str, Writer]
    taken: dict[Path, float | None] = field(default_factory=dict)


def plan_sort(given: PlanInput, context: JobContext) -> SortPlan:
    """Plan a sort; nothing is changed.

    Args:
        given: The photos and what the user chose.
        context: Gets the progress; its checkpoint is called before each photo.

    Raises:
        SettingError: The pattern or the name of a folder cannot be used.
        TargetError: The folder to sort into is a file.
        StorageError: It cannot be written to.
        Cancelled: The user pressed Stop.
    """
    check_options(given.options)
    target = target_at(given.options.into)
    planner = _Planner(given, target)
    photos = given.photos
    for start in range(0, len(photos), _TOGETHER):
        for photo in planner.dated(photos[start : start + _TOGETHER]):
            context.checkpoint()
            planner.take(photo)
        context.report(Progress(Stage.LOOKING, min(start + _TOGETHER, len(photos)), len(photos)))
    return planner.plan()


@dataclass(frozen=True, slots=True)
class _Group:
    """A photo with what goes along.

    Args:
        photo: The photo.
        place: Where it is to go.
        members: It, its companions and the files that are written beside it.
        notes: What is written, by the rest of its name.
    """

    photo: DecidedPhoto
    place: Place
    members: tuple[Member, ...]
    notes: Mapping[str, SidecarNote]


class _Planner:
    def __init__(self, given: PlanInput, target: Target) -> None:
        self._given = given
        self._options = given.options
        self._target = target
        named = {photo.class_name for photo in given.photos if photo.answer is Answer.NAMED}
        others = named - set(given.class_names)
        self._places = Places(given.options, [*given.class_names, *sorted(others)], is_strict=target.is_strict)
        self._inside = Inside(given.options.into, given.roots, self._places.folder_names)
        self._companions = Companions(photo.path for photo in given.photos)
        self._names = GroupNames()
        self._steps: list[Step] = []
        self._there: list[tuple[Path, Path]] = []
        self._numbered: list[tuple[Path, Path]] = []
        self._problems: list[MendingProblem] = []
        self._renamed_classes: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._needed = 0
        self._writable: dict[Path, bool] = {}

    def dated(self, photos: Sequence[DecidedPhoto]) -> Iterator[DecidedPhoto]:
        """Yield photos, with the time they were taken where the pattern asks for it and the file tells it."""
        if not wants_date(self._options.pattern):
            yield from photos
            return
        known = self._given.taken
        unknown = [photo.path for photo in photos if photo.taken is None and photo.path not in known]
        states = [(path, state) for path in unknown if (state := state_now(path)) is not None]
        facts = zip(states, read_all_facts(states), strict=True)
        known.update({path: found.taken if isinstance(found, PhotoFacts) else None for (path, _), found in facts})
        for photo in photos:
            yield photo if photo.taken is not None else replace(photo, taken=known.get(photo.path))

    def take(self, photo: DecidedPhoto) -> None:
        """Plan the steps of a photo."""
        if self._companions.is_companion(photo.path):
            return
        try:
            state = self._state(photo.path)
        except OSError:
            self._refuse(photo.path, _GONE)
            return
        place = self._places.of(photo, state.st_mtime_ns)
        if place is None:
            self._counts["left"] += 1
        elif self._inside.is_sorted(photo.path):
            self._counts["inside"] += 1
        elif self._options.act is Act.MOVE and not self._may_leave(photo.path.parent):
            self._refuse(photo.path, "Its folder cannot be changed, so it cannot be moved away; it can be copied.")
        else:
            self._note_class(photo)
            self._place(self._group(photo, place))

    def plan(self) -> SortPlan:
        """Return the plan of all photos that were taken."""
        kept = [self._given.kept] if any(Path(step.target).parent == self._given.kept for step in self._steps) else []
        return SortPlan(
            options=self._options,
            steps=tuple(self._steps),
            folders=self._folders(),
            made_folders=(*kept, *self._made_folders()),
            already_there=tuple(self._there),
            numbered=tuple(self._numbered),
            renamed_count=self._counts["renamed"],
            renamed_classes=tuple(self._renamed_classes.items()),
            left_count=self._counts["left"],
            inside_count=self._counts["inside"],
            problems=tuple(self._problems),
            needed_bytes=self._needed,
            free_bytes=self._target.free_bytes,
            training_count=self._counts["training"],
            is_into_training=self._is_training(self._options.into),
        )

    def _note_class(self, photo: DecidedPhoto) -> None:
        if photo.answer is Answer.NAMED and has_class(self._options.pattern):
            name = photo.class_name
            folder = self._places.class_folder(name)
            if folder != name:
                self._renamed_classes[name] = folder

    def _group(self, photo: DecidedPhoto, place: Place) -> _Group:
        path = photo.path
        companions = {rest: path.with_name(path.stem + rest) for rest in self._companions.of(path)}
        notes: dict[str, SidecarNote] = {}
        for note in photo.notes:
            wanted = path.suffix + note.suffix
            rest = next((rest for rest in companions if rest.lower() == wanted.lower()), wanted)
            if rest not in companions or self._can_merge(companions[rest], note):
                notes[rest] = note
        members = [Member(path, path.suffix), *(Member(file, rest) for rest, file in companions.items())]
        members += [Member(None, rest) for rest in notes if rest not in companions]
        return _Group(photo, place, tuple(members), notes)

    def _can_merge(self, sidecar: Path, note: SidecarNote) -> bool:
        try:
            self._given.writers[note.writer](files.read_regular(sidecar, MOST_SIDECAR_BYTES), note.text)
        except (OSError, ValueError) as error:
            reason = files.why_unreadable(error) if isinstance(error, OSError) else str(error)
            self._refuse(sidecar, f"Nothing is written into it, and it stays as it is: {reason}")
            return False
        return True

    def _place(self, group: _Group) -> None:
        folder, photo = group.place.folder, group.photo.path
        found = self._names.take(folder, group.place.stem, group.members)
        if found.twin is not None:
            self._there.append((photo, found.twin))
            if self._options.act is not Act.MOVE:
                self._add_missing(group, found.stem)
            return
        if found.is_numbered:
            self._numbered.append((photo, folder / (found.stem + photo.suffix)))
        self._counts["renamed"] += group.place.is_renamed
        self._counts["training"] += self._is_training(photo)
        first = len(self._steps)
        for member in group.members:
            self._add(member, folder / (found.stem + member.rest), first, group)

    def _add_missing(self, group: _Group, stem: str) -> None:
        """Plan the companions of a photo that is there already, as after a sort that was killed."""
        folder = group.place.folder
        for member in group.members[1:]:
            if self._names.is_free(folder, stem, member):
                self._names.give(folder, stem, member)
                self._add(member, folder / (stem + member.rest), -1, group)
                continue
            is_other = member.rest not in group.notes and self._names.twin(folder, stem, member) is None
            if member.source is not None and is_other:
                self._refuse(member.source, f"Another “{stem}{member.rest}” lies beside its photo already.")

    def _add(self, member: Member, target: Path, of: int, group: _Group) -> None:
        note = group.notes.get(member.rest)
        if note is not None:
            self._add_note(member, note, target, of, group.photo.path)
            return
        if member.source is None:
            return
        try:
            state = self._state(member.source)
        except OSError:
            return
        self._append(member.source, target, state, self._options.act, of)
        is_new = self._options.act is Act.COPY or (
            self._options.act is Act.MOVE and state.st_dev != self._target.device
        )
        self._needed += state.st_size if is_new else 0

    def _add_note(self, member: Member, note: SidecarNote, target: Path, of: int, photo: Path) -> None:
        data = {"writer": note.writer, "text": note.text, "merges": member.source is not None}
        state = self._state(member.source) if member.source is not None else None
        step = Step(
            str(member.source or photo),
            str(target),
            state.st_size if state is not None else 0,
            state.st_mtime_ns if state is not None else 0,
            act=Act.WRITE,
            of=of,
            data=json.dumps(data),
        )
        self._steps.append(step)
        if member.source is not None and state is not None and self._options.act is Act.MOVE:
            kept = self._given.kept / f"{len(self._steps)} {member.source.name}"
            self._append(member.source, kept, state, Act.MOVE, of)

    def _append(self, source: Path, target: Path, state: os.stat_result, act: Act, of: int) -> None:
        self._steps.append(Step(str(source), str(target), state.st_size, state.st_mtime_ns, act=act, of=of))

    def _state(self, path: Path) -> os.stat_result:
        # A link is moved itself; its content is copied.
        return path.lstat() if self._options.act is Act.MOVE else path.stat()

    def _may_leave(self, folder: Path) -> bool:
        if folder not in self._writable:
            self._writable[folder] = os.access(folder, os.W_OK | os.X_OK)
        return self._writable[folder]

    def _is_training(self, path: Path) -> bool:
        training = self._given.training
        return training is not None and path.absolute().is_relative_to(training.absolute())

    def _refuse(self, path: Path, reason: str) -> None:
        self._problems.append(MendingProblem(path, reason))

    def _folders(self) -> tuple[FolderCount, ...]:
        photos: Counter[str] = Counter()
        companions: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        for number, step in enumerate(self._steps):
            folder = os.path.dirname(step.target)  # noqa: PTH120 - many paths, as text
            if folder != str(self._given.kept):
                (photos if is_photo_step(number, step) else companions)[folder] += 1
                sizes[folder] += step.size
        return tuple(
            FolderCount(inside(Path(folder), self._options.into), photos[folder], companions[folder], sizes[folder])
            for folder in sorted(sizes)
        )

    def _made_folders(self) -> Sequence[Path]:
        into = self._options.into
        needed: set[Path] = set()
        for folder in {Path(step.target).parent for step in self._steps}:
            if folder != self._given.kept:
                needed.update((folder, *(above for above in folder.parents if above.is_relative_to(into))))
        missing = []
        for folder in needed:
            with contextlib.suppress(OSError):
                if not folder.exists():
                    missing.append(folder)
        return sorted(missing, key=lambda folder: folder.parts)
