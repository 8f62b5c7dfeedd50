"""Turns a listed folder into classes with photos, and into problems for everything that has no class.

The classes are those of the folders, or labels: by file names, or by a table. A photo with a label is in the part of
the split that its folder stands for.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from tlgui.photos.collection import Part, Photo, Problem, ProblemKind
from tlgui.photos.counting import counted
from tlgui.photos.facts import FileState
from tlgui.photos.layouts import ClassSource, Layout, LayoutChoice
from tlgui.photos.names import shown_name
from tlgui.photos.places import inside
from tlgui.photos.scanning.file_names import NamedClasses
from tlgui.photos.scanning.layout import ClassFolder, Plan, planned
from tlgui.photos.scanning.listing import Folder, why_not_an_image

_BESIDE_CLASSES = "It lies beside the class folders, not in one."
_BESIDE_PARTS = "This folder lies beside the folders of the split, so its contents are not used."
_FOR_PREDICTION = "{} without a class, kept for prediction."
_WITHOUT_CLASS = "{} without a class: there are no class folders in this folder."
_NOT_LABELLED = "{} without a label."

# Sorting holds the interpreter lock, which blocks the window; this many photos take about 5 ms.
_SORTED_AT_ONCE = 4000
_PLACE = attrgetter("place")


class Listed(NamedTuple):
    """A file with the name of a photo.

    Args:
        photo: With its class, part and arrival.
        place: Its place inside the collection's folder.
        state: The file's state.
    """

    photo: Photo
    place: str
    state: FileState


@dataclass(frozen=True, slots=True)
class Remembered:
    """What earlier scans and the user stored about a collection.

    Args:
        shown_names: The names that the user gave classes, by folder name.
        arrivals: The number of the scan that first found each photo, by place.
        arrival: The number of this scan.
        choice: How the user wants the folder to be read.
        labels: The class of each photo by the table that the user chose, by place.
    """

    shown_names: Mapping[str, str] = field(default_factory=dict)
    arrivals: Mapping[str, int] = field(default_factory=dict)
    arrival: int = 0
    choice: LayoutChoice = field(default_factory=LayoutChoice)
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Listing:
    """The content of a collection's folder by names alone.

    Args:
        class_folders: The folders of each class, by class name; several where the parts of a split each have one, or
            where two folders are shown by one name.
        labels: The labels of each class, by class name, where the classes are labels; several where two are shown by
            one name.
        photos: The files with names of photos, by class name, folder by folder and sorted by place.
        problems: Files and folders that are left out.
        linked: The class folders that are links to folders elsewhere.
        nested: The folders inside class folders that hold photos.
        parts: The folders of the split, with their part.
        layout: How the folder was read.
    """

    class_folders: dict[str, list[Path]] = field(default_factory=dict)
    labels: dict[str, dict[str, None]] = field(default_factory=dict)
    photos: dict[str, list[Listed]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    linked: list[Path] = field(default_factory=list)
    nested: list[Path] = field(default_factory=list)
    parts: list[tuple[Path, Part]] = field(default_factory=list)
    layout: Layout = field(default_factory=Layout)

    def listed(self) -> Iterator[Listed]:
        """Yield every file with the name of a photo, class by class."""
        for items in self.photos.values():
            yield from items


class ListingReader:
    """Reads a folder whose listing grows, as a whole each time; what was listed before is not turned into photos again.

    Args:
        remembered: What is stored about the photos and classes.
    """

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered
        self._known: dict[tuple[int, str, Part | None], list[Listed]] = {}

    def read(self, root: Folder) -> Listing:
        """Return the classes in a folder and their photos.

        Args:
            root: The folder the user picked, listed as a whole or in part.
        """
        choice = self._remembered.choice
        plan = planned(root, choice)
        parts = [(folder.path, part) for folder, part in plan.parts] if choice.uses_split else []
        listing = Listing(parts=parts, layout=Layout(choice))
        if listing.layout.is_labelled:
            self._add_labelled(listing, plan, root)
            return listing
        listing.layout = Layout(choice, (), tuple(folder.path for folder, _ in plan.flat_parts))
        listing.linked += [folder.path for folder, _ in plan.parts if folder.is_link]
        for item in plan.classes:
            self._add_class(listing, item, root)
        _add_unused(listing, plan)
        _add_loose(listing, plan, root)
        return listing

    def _add_class(self, listing: Listing, item: ClassFolder, root: Folder) -> None:
        folder_name = shown_name(item.label.path)
        name = self._remembered.shown_names.get(folder_name, folder_name)
        folders = listing.class_folders.setdefault(name, [])
        if item.label.path not in folders:
            folders.append(item.label.path)
        if item.folder.is_link:
            listing.linked.append(item.folder.path)
        part = item.part if self._remembered.choice.uses_split else None
        photos: list[Listed] = []
        for folder in item.folder.below():
            photos += self._photos_in(folder, name, part, root)
            _add_not_images(listing, folder)
            if folder.photos and folder is not item.folder:
                listing.nested.append(folder.path)
        photos.sort(key=_PLACE)
        listing.photos.setdefault(name, []).extend(photos)

    def _photos_in(self, folder: Folder, name: str, part: Part | None, root: Folder) -> list[Listed]:
        """Return the photos directly in a folder of a class."""
        known = self._known.setdefault((id(folder), name, part), [])
        arrivals, arrival = self._remembered.arrivals, self._remembered.arrival
        path, place = folder.path, inside(folder.path, root.path)
        for file_name, state in folder.photos[len(known) :]:
            listed = f"{place}/{file_name}"
            known.append(Listed(Photo(path / file_name, name, part, arrivals.get(listed, arrival)), listed, state))
            if len(known) % _SORTED_AT_ONCE == 0:
                known[-_SORTED_AT_ONCE:] = sorted(known[-_SORTED_AT_ONCE:], key=_PLACE)
        # Sorted slices are merged fast.
        known.sort(key=_PLACE)
        return known

    def _add_labelled(self, listing: Listing, plan: Plan, root: Folder) -> None:
        """Add the photos with labels, and a problem for each folder with others."""
        label_of = self._label_of(root)
        for folder, part, is_kept_apart in labelled_folders(root, plan):
            _add_not_images(listing, folder)
            place, without = inside(folder.path, root.path), []
            for file_name, state in sorted(folder.photos):
                listed = f"{place}/{file_name}" if folder is not root else file_name
                if (label := label_of(listed, file_name)) is None:
                    without.append(folder.path / file_name)
                    continue
                name = self._remembered.shown_names.get(label, label)
                listing.labels.setdefault(name, {})[label] = None
                arrival = self._remembered.arrivals.get(listed, self._remembered.arrival)
                photo = Photo(folder.path / file_name, name, part if listing.parts else None, arrival)
                listing.photos.setdefault(name, []).append(Listed(photo, listed, state))
            if without:
                kind = ProblemKind.FOR_PREDICTION if is_kept_apart else ProblemKind.WITHOUT_CLASS
                reason = (_FOR_PREDICTION if is_kept_apart else _NOT_LABELLED).format(counted(len(without), "photo"))
                listing.problems.append(Problem(folder.path, kind, reason, tuple(without)))

    def _label_of(self, root: Folder) -> Callable[[str, str], str | None]:
        """Return the function that returns the label of a photo by its place and its name."""
        labels = self._remembered.labels
        if self._remembered.choice.source is ClassSource.TABLE:
            return lambda place, _: labels.get(place)
        named = NamedClasses(name for folder in root.below() for name, _ in folder.photos)
        return lambda _, file_name: named.class_of(file_name)


def labelled_folders(root: Folder, plan: Plan) -> Iterator[tuple[Folder, Part | None, bool]]:
    """Yield every folder with its part of the split, and whether its photos without labels are kept for predictions.

    Args:
        root: The folder the user picked.
        plan: How it is divided.
    """
    parts: dict[int, Part] = {id(folder): part for folder, part in plan.parts}
    kept = {id(folder) for folder in plan.for_prediction}
    waiting: list[tuple[Folder, Part | None, bool]] = [(root, None, False)]
    while waiting:
        folder, part, is_kept = waiting.pop()
        part = parts.get(id(folder), part)
        is_kept = is_kept or id(folder) in kept or part is Part.TEST
        yield folder, part, is_kept
        waiting += ((inner, part, is_kept) for inner in reversed(folder.folders))


def _add_unused(listing: Listing, plan: Plan) -> None:
    """Add a problem for each folder that is neither a class nor a part with classes."""
    for folder in plan.beside:
        listing.problems.append(Problem(folder.path, ProblemKind.OUTSIDE_CLASS, _BESIDE_PARTS))
    for folder in plan.for_prediction:
        _add_folder(listing, folder, ProblemKind.FOR_PREDICTION, _FOR_PREDICTION)
    for folder, _ in plan.flat_parts:
        _add_folder(listing, folder, ProblemKind.WITHOUT_CLASS, _WITHOUT_CLASS)


def _add_folder(listing: Listing, folder: Folder, kind: ProblemKind, reason: str) -> None:
    photos = folder.photo_paths()
    listing.problems.append(Problem(folder.path, kind, reason.format(counted(len(photos), "photo")), photos))
    for inner in folder.below():
        _add_not_images(listing, inner)


def _add_loose(listing: Listing, plan: Plan, root: Folder) -> None:
    """Add problems for the files in folders that only hold classes, parts or groups."""
    used = {id(item.folder) for item in plan.classes} | {id(folder) for folder, _ in plan.flat_parts}
    used |= {id(folder) for folder in (*plan.beside, *plan.for_prediction)}
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        _add_not_images(listing, folder)
        is_around = folder is root or folder is plan.base
        reason = _BESIDE_CLASSES if is_around else f"It lies in “{shown_name(folder.path)}” but not in a class folder."
        for name, _ in folder.photos:
            path = folder.path / name
            listing.problems.append(Problem(path, ProblemKind.OUTSIDE_CLASS, reason, (path,)))
        waiting += (inner for inner in folder.folders if id(inner) not in used)


def _add_not_images(listing: Listing, folder: Folder) -> None:
    listing.problems += folder.problems
    for name in folder.others:
        listing.problems.append(Problem(folder.path / name, ProblemKind.NOT_AN_IMAGE, why_not_an_image(name)))
