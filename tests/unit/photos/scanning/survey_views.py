"""Short views of what a scan found, for the tests of listing."""

from tlgui.photos.collection import Collection, ProblemKind
from tlgui.photos.scanning.scan import Survey


def counts(collection: Collection) -> dict[str, int]:
    return {photo_class.name: len(photo_class.photos) for photo_class in collection.classes}


def problem_kinds(collection: Collection) -> dict[str, ProblemKind]:
    return {problem.path.relative_to(collection.folder).as_posix(): problem.kind for problem in collection.problems}


def arrivals(found: Survey) -> dict[str, int]:
    return {photo.path.name: photo.arrival for photo in found.collection.photos()}
