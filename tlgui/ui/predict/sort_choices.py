"""The ready patterns of a sort in words, and an example of where a photo goes."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tlgui.photos.folder_names import safe_name
from tlgui.photos.names import one_line
from tlgui.photos.sorting.pattern import DEFAULT_PATTERN, Filling, date_of, folders_and_name, pattern_problem


@dataclass(frozen=True, slots=True)
class PatternChoice:
    """A ready pattern.

    Args:
        text: What it does, in words.
        pattern: The pattern.
    """

    text: str
    pattern: str


CHOICES = (
    PatternChoice("A folder for each class", DEFAULT_PATTERN),
    PatternChoice("Class, then year", "{class}/{year}/{name}"),
    PatternChoice("Class, then year and month", "{class}/{year}/{month}/{name}"),
    PatternChoice("Year, then class", "{year}/{class}/{name}"),
    PatternChoice("Class, then how certain it is", "{class}/{certainty}/{name}"),
)

HELP = (
    "Write folders and the name with slashes between them. These words are filled in for each photo: {class}, {year} "
    "and {month} when it was taken, {certainty} in per cent, and in the last part {name}, its own name. The ending, "
    "such as .jpg, stays."
)


@dataclass(frozen=True, slots=True)
class ExamplePhoto:
    """A photo that an example tells of.

    Args:
        path: The photo.
        class_name: Its class.
        certainty: How probable that is, 0..1.
        time: When it was taken, in seconds since 1970 by its camera's clock; None where that is not known.
    """

    path: Path
    class_name: str
    certainty: float = 1.0
    time: float | None = None


def example_line(pattern: str, into: Path, photo: ExamplePhoto) -> str:
    """Return where a photo goes, in words; what is wrong with the pattern where it is wrong.

    Example:
        >>> example_line("{class}/{name}", Path("/home/me/sorted"), ExamplePhoto(Path("IMG_1.jpg"), "wren"))
        'For example: IMG_1.jpg goes to sorted ▸ wren ▸ IMG_1.jpg'
    """
    if problem := pattern_problem(pattern):
        return problem
    taken = date_of(photo.time) if photo.time is not None else None
    # Any date shows where it stands.
    filling = Filling(
        folder=safe_name(photo.class_name),
        is_named=True,
        name=photo.path.stem,
        certainty=photo.certainty,
        taken=taken or datetime.now().astimezone(),
    )
    folders, name = folders_and_name(pattern, filling)
    parts = [into.name or str(into), *folders, name + photo.path.suffix]
    return f"For example: {one_line(photo.path.name)} goes to {' ▸ '.join(map(one_line, parts))}"
