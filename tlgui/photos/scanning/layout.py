"""Decides how a listed folder is read: which folders are classes, which are parts of a split, and which are neither.

In this order: a folder that only wraps another is looked through; folders with the names of parts are a split; the
folders that are left, or that lie in the parts, are the classes, and every photo below one belongs to it, as Keras's
`image_dataset_from_directory` reads it. Where folders hold nothing but folders, the outer or the inner ones may be the
classes: the outer ones are taken, as Keras does, and the question is for the user.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tlgui.photos.collection import Part
from tlgui.photos.layouts import ClassSource, LayoutChoice
from tlgui.photos.names import plain_key
from tlgui.photos.scanning.listing import Folder
from tlgui.photos.scanning.part_names import (
    is_dated,
    is_exact_part_name,
    is_for_prediction,
    is_generic,
    is_subdivision,
    part_named,
    words_beside_part,
)


@dataclass(frozen=True, slots=True)
class ClassFolder:
    """A folder whose photos, at any depth, are of one class.

    Args:
        folder: The folder.
        part: The part of its photos; None where the split is up to tlgui.
        label: The folder with the name of the class: the folder itself, or the one around it (`cats/train/…`).
    """

    folder: Folder
    part: Part | None
    label: Folder


@dataclass(frozen=True, slots=True)
class Groups:
    """Folders of folders, of which either the outer or the inner ones are the classes.

    Args:
        outer: The classes by the outer folders.
        inner: The classes by the inner folders.
    """

    outer: tuple[ClassFolder, ...]
    inner: tuple[ClassFolder, ...]


@dataclass(slots=True)
class Plan:
    """How a folder is read.

    Args:
        base: The folder that holds the classes or the parts, behind those that only wrap it.
        classes: The class folders, also empty ones.
        parts: The folders of the split.
        flat_parts: Folders of the split with photos and without class folders, with their part.
        for_prediction: Folders whose photos have no class and are kept for predictions.
        beside: Folders beside the parts, which are not used.
        groups: The question about the classes, where it is one; answered or not.
    """

    base: Folder
    classes: list[ClassFolder] = field(default_factory=list)
    parts: list[tuple[Folder, Part]] = field(default_factory=list)
    flat_parts: list[tuple[Folder, Part]] = field(default_factory=list)
    for_prediction: list[Folder] = field(default_factory=list)
    beside: list[Folder] = field(default_factory=list)
    groups: Groups | None = None


def planned(root: Folder, choice: LayoutChoice) -> Plan:
    """Decide how a folder is read.

    Args:
        root: The folder the user picked, listed as a whole or in part.
        choice: What the user chose.
    """
    base = _looked_through(root, lambda inner: not is_exact_part_name(inner.path.name))
    plan = Plan(base)
    parts = _parts_in(base, are_flat_ones_classes=choice.source is ClassSource.FOLDERS)
    if parts:
        for inner in base.folders:
            _add_to_split(plan, inner, parts.get(inner.path.name))
        _keep_flat_test_photos(plan)
    else:
        plan.classes = [ClassFolder(inner, None, inner) for inner in base.folders]
        _divide_inside_classes(plan)
    _ask_about_groups(plan, choice)
    return plan


def _looked_through(folder: Folder, is_wrapped: Callable[[Folder], bool]) -> Folder:
    """Return the folder behind those that hold one folder of folders and nothing else."""
    while not folder.photos:
        filled = filled_in(folder)
        if len(filled) != 1 or filled[0].photos or not is_wrapped(filled[0]):
            break
        # A single class may keep its photos by date.
        if all(is_dated(inner.path.name) for inner in filled_in(filled[0])):
            break
        folder = filled[0]
    return folder


def filled_in(folder: Folder) -> list[Folder]:
    """Return the folders in a folder that hold photos at any depth, or may hold some."""
    return [inner for inner in folder.folders if inner.is_filled]


def _parts_in(base: Folder, *, are_flat_ones_classes: bool) -> dict[str, Part]:
    """Return which folders are parts of a split, by name; none where the folders are classes.

    A folder called `test` or `train` may be a class (of trains). It is a part when it holds folders, and either holds
    no photos or has no folders of other names beside it. Where all folders hold photos alone, they are parts if all
    have names of parts and one of them is for training.
    """
    filled = filled_in(base)
    named = _named_as_parts(base.folders)
    if not named:
        return {}
    has_others = any(inner.path.name not in named and not is_for_prediction(inner.path.name) for inner in filled)
    holders = [inner for inner in filled if inner.path.name in named and filled_in(inner)]
    if any(not (holder.photos and has_others) for holder in holders):
        return named
    is_flat = not holders and not has_others and not are_flat_ones_classes
    return named if is_flat and Part.TRAINING in named.values() else {}


def _named_as_parts(folders: Sequence[Folder]) -> dict[str, Part]:
    """Return the folders whose names are those of the parts of one split."""
    named: dict[str, Part] = {}
    for folder in folders:
        if (part := part_named(folder.path.name)) is not None:
            named[folder.path.name] = part
    exact = {name: part for name, part in named.items() if is_exact_part_name(name)}
    has_several = len(set(named.values())) > 1 or any(is_for_prediction(folder.path.name) for folder in folders)
    is_one_split = has_several and len({words_beside_part(name) for name in named}) == 1
    return named if is_one_split else exact


def _add_to_split(plan: Plan, folder: Folder, part: Part | None) -> None:
    """Add a folder of a divided folder to the plan."""
    if part is None:
        (plan.for_prediction if is_for_prediction(folder.path.name) else plan.beside).append(folder)
        return
    plan.parts.append((folder, part))
    inner = _looked_through(folder, lambda _: True)
    filled = filled_in(inner)
    if len(filled) == 1 and not inner.photos and filled[0].photos and is_generic(filled[0].path.name):
        # The photos lie in a folder whose name is not that of a class: `test1/test1`.
        inner, filled = filled[0], []
    if filled:
        plan.classes += [ClassFolder(item, part, item) for item in inner.folders]
    elif inner.is_filled:
        plan.flat_parts.append((inner, part))


def _keep_flat_test_photos(plan: Plan) -> None:
    """Keep the photos of parts without class folders for predictions, where other parts have classes."""
    if plan.classes:
        plan.for_prediction += [folder for folder, part in plan.flat_parts if part is not Part.TRAINING]
        plan.flat_parts = [(folder, part) for folder, part in plan.flat_parts if part is Part.TRAINING]


def _divide_inside_classes(plan: Plan) -> None:
    """Take folders with the names of parts for parts where each class has its own: `cats/train`, `cats/test`."""
    filled = [item.folder for item in plan.classes if item.folder.is_filled]
    inside = [inner for folder in filled for inner in filled_in(folder)]
    named = _named_as_parts(inside)
    if any(folder.photos for folder in filled) or len(set(named.values())) < 2:
        return
    if all(inner.path.name in named for inner in inside):
        plan.parts = [(inner, named[inner.path.name]) for inner in inside]
        plan.classes = [
            ClassFolder(inner, named[inner.path.name], folder)
            for folder in (item.folder for item in plan.classes)
            for inner in folder.folders
            if inner.path.name in named
        ] + [item for item in plan.classes if not item.folder.is_filled]


def _ask_about_groups(plan: Plan, choice: LayoutChoice) -> None:
    """Take the inner folders for the classes where the user chose so, and note the question where it is one."""
    question = _groups_in(plan.classes)
    plan.groups = question
    if choice.source is not ClassSource.INNER_FOLDERS:
        return
    plan.classes = list(_inside(plan.classes))
    while (question := _groups_in(plan.classes)) is not None:
        plan.classes = list(question.inner)


def _groups_in(classes: Sequence[ClassFolder]) -> Groups | None:
    """Return the question that class folders are; None where they are classes, or their inner folders are none.

    Inner folders are not classes where they have names such as `2023` or `site 4`, where most of them have the same
    names in several outer folders, or where there is only one in each outer folder.
    """
    outer = [item for item in classes if item.folder.is_filled]
    if any(item.folder.photos or item.label is not item.folder for item in outer):
        return None
    inside: dict[str, set[str]] = {}
    for item in outer:
        for inner in filled_in(item.folder):
            inside.setdefault(plain_key(inner.path.name), set()).add(plain_key(item.folder.path.name))
    groups = {group for parents in inside.values() for group in parents}
    shared = sum(len(parents) > 1 for parents in inside.values())
    classes_inside = tuple(_inside(outer))
    is_question = (
        1 < len(groups) < len(inside)
        and 2 * shared < len(inside)
        and not all(is_subdivision(item.folder.path.name) for item in classes_inside)
    )
    return Groups(tuple(outer), classes_inside) if is_question else None


def _inside(classes: Sequence[ClassFolder]) -> Iterator[ClassFolder]:
    """Yield the inner folders of class folders; a class folder without one stays a class."""
    for item in classes:
        yield from (ClassFolder(inner, item.part, inner) for inner in filled_in(item.folder))
        if not filled_in(item.folder):
            yield item
