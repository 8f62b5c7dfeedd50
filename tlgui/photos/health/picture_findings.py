"""Findings about single pictures: too small, dark, blurred, with a wrong suffix or a date in the future."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tlgui.photos.counting import counted
from tlgui.photos.facts import Look, PhotoFacts, Traits
from tlgui.photos.health.findings import Finding, FindingKind, Severity
from tlgui.photos.health.leaving_out import each, to_leave_out
from tlgui.photos.pictures.formats import suffix_fits

# Backbones take 224 pixels or more; a photo with a quarter of that has little detail for them.
_SMALL_SIDE = 64
# Smaller ones are reported even where others are small too, unless nearly all are, as handwritten digits of 28 pixels.
_TINY_SIDE = 32
_TINY_SHARE = 0.9
# Upper bounds of the mean and of the 95th percentile of luminance, 0..255.
_DARK_MEAN = 25.0
_DARK_HIGHLIGHTS = 50.0
_BLURRED = 80.0
# Shares of the median: in a collection of which most photos are small, dark or blurred, none is reported.
_FAR_BELOW = 1 / 3
_FAR_LESS_SHARP = 1 / 8
_DAY_SECONDS = 86_400.0


def picture_findings(facts: Mapping[Path, PhotoFacts], now: float) -> Iterator[Finding]:
    """Yield the findings about single photos.

    Args:
        facts: Those of each photo of the collection.
        now: The current time in seconds since 1970.
    """
    looks = {path: fact.look for path, fact in facts.items() if fact.look is not None}
    yield from _wrong_suffix([path for path, fact in facts.items() if not suffix_fits(path.name, fact.format)])
    yield from _small(_small_paths(facts))
    plain = [path for path, look in looks.items() if Traits.ONE_COLOUR in look.traits]
    # Photos of one colour may be dark too, dark ones have no detail either: each is reported once.
    dark = [path for path in _dark_paths(looks) if path not in set(plain)]
    yield from _dark(dark)
    sharpness = {path: look.sharpness for path, look in looks.items()}
    reported = {*plain, *dark}
    yield from _blurred([path for path in _far_below(sharpness, _BLURRED, _FAR_LESS_SHARP) if path not in reported])
    yield from _one_colour(plain)
    yield from _partial_range([path for path, look in looks.items() if Traits.PARTIAL_RANGE in look.traits])
    yield from _future(facts, now)


def _wrong_suffix(paths: Sequence[Path]) -> Iterator[Finding]:
    return to_leave_out(
        FindingKind.WRONG_SUFFIX,
        Severity.NOTE,
        f"{counted(len(paths), 'photo is', 'photos are')} named as another kind of picture",
        "The name ends in another format than the file is in, such as a PNG called “.jpg”, or in none. It is read all "
        "the same; other programs may refuse it.",
        paths,
    )


def _small(paths: Sequence[Path]) -> Iterator[Finding]:
    return to_leave_out(
        FindingKind.SMALL,
        Severity.DOUBT,
        f"{counted(len(paths), 'photo is', 'photos are')} very small",
        "Less than 32 pixels on a side, or less than 64 and far fewer than the others: there is little to learn from. "
        "They are used as the others are, unless you leave them out.",
        paths,
    )


def _dark(paths: Sequence[Path]) -> Iterator[Finding]:
    return to_leave_out(
        FindingKind.DARK,
        Severity.DOUBT,
        f"{counted(len(paths), 'photo is', 'photos are')} very dark",
        "Hardly anything can be seen. Leave out any on which you could not tell the class.",
        paths,
    )


def _blurred(paths: Sequence[Path]) -> Iterator[Finding]:
    return to_leave_out(
        FindingKind.BLURRED,
        Severity.DOUBT,
        f"{counted(len(paths), 'photo is', 'photos are')} blurred",
        "Far less detail than in the other photos. Leave out any on which you could not tell the class.",
        paths,
    )


def _one_colour(paths: Sequence[Path]) -> Iterator[Finding]:
    return to_leave_out(
        FindingKind.ONE_COLOUR,
        Severity.DOUBT,
        f"{counted(len(paths), 'picture has', 'pictures have')} one colour only",
        "Nothing is to be seen on them, so nothing can be learned from them.",
        paths,
    )


def _partial_range(paths: Sequence[Path]) -> Iterator[Finding]:
    if paths:
        yield Finding(
            FindingKind.PARTIAL_RANGE,
            Severity.NOTE,
            f"{counted(len(paths), 'photo uses', 'photos use')} a part of 16 bits only",
            "They hold 10, 12 or 14 bits, or begin at an offset. The part in use is spread from black to white, for "
            "training and predictions alike. Programs that use an exported model have to do the same.",
            each(paths),
        )


def _future(facts: Mapping[Path, PhotoFacts], now: float) -> Iterator[Finding]:
    # Cameras store no time zone, so a date up to a day ahead is possible.
    latest = now + _DAY_SECONDS
    paths = [
        path
        for path, fact in facts.items()
        if fact.state.changed_ns / 1e9 > latest or (fact.taken is not None and fact.taken > latest)
    ]
    if paths:
        yield Finding(
            FindingKind.FUTURE_DATES,
            Severity.NOTE,
            f"{counted(len(paths), 'photo is', 'photos are')} dated in the future",
            "The clock of a camera or a computer was wrong. It does no harm; sorting by date puts them last.",
            each(paths),
        )


def _small_paths(facts: Mapping[Path, PhotoFacts]) -> list[Path]:
    """Return the small photos, smallest first; none where nearly all are small."""
    sides = {path: min(fact.width, fact.height) for path, fact in facts.items()}
    tiny = {path for path, side in sides.items() if side < _TINY_SIDE}
    if len(tiny) > _TINY_SHARE * len(sides):
        tiny = set()
    found = tiny.union(_far_below(sides, _SMALL_SIDE))
    return sorted(found, key=lambda path: (sides[path], path))


def _dark_paths(looks: Mapping[Path, Look]) -> list[Path]:
    """Return the photos without bright parts, darkest first; a bright flower before a black wall is not dark."""
    dark = _far_below({path: 255 * look.brightness for path, look in looks.items()}, _DARK_MEAN)
    return [path for path in dark if 255 * looks[path].highlights < _DARK_HIGHLIGHTS]


def _far_below(values: Mapping[Path, float], bound: float, share: float = _FAR_BELOW) -> list[Path]:
    """Return the photos whose value is below a bound and below a share of the median, lowest first."""
    if not values:
        return []
    bound = min(bound, share * statistics.median(values.values()))
    return sorted((path for path, value in values.items() if value < bound), key=lambda path: values[path])
