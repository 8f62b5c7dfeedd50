"""`tlgui check`: the health report of a folder, in words or as JSON."""

import argparse
import textwrap
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tlgui.cli.layout_options import layout_wish, write_layout
from tlgui.cli.left_out import divided
from tlgui.cli.terminal import Terminal
from tlgui.errors import CollectionError
from tlgui.learning.data.feature_lookup import known_features
from tlgui.learning.recipes.built_in import QUICK
from tlgui.photos.collection import Collection, Part, Split
from tlgui.photos.counting import counted
from tlgui.photos.health.findings import Finding, Report, Severity
from tlgui.photos.health.report import report_on
from tlgui.photos.layouts import GroupsQuestion, NamesOffer, Offer, TableOffer
from tlgui.photos.names import one_line
from tlgui.photos.reading import read_folder
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.split import split_collection, training_advice
from tlgui.text.numbers import count, duration_in_words

_GROUPS_SHOWN = 20
_TEXT_WIDTH = 90
_OFFERS: dict[type[Offer], str] = {GroupsQuestion: "groups", NamesOffer: "names", TableOffer: "table"}
_SEVERITIES = {Severity.HARM: "Harm", Severity.DOUBT: "Worth a look", Severity.NOTE: "Good to know"}


def check(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """`tlgui check FOLDER`: report what a collection holds, what is wrong with it, and how it is divided."""
    started = time.monotonic()
    found = read_folder(arguments.folder, terminal.context(), layout_wish(arguments))
    looked = look_closer(found, terminal.context())
    collection, report = looked.collection, report_on(looked, features=known_features)
    split = _split(collection)
    seconds = time.monotonic() - started
    write_layout(collection, terminal)
    _write_counts(collection, split, terminal)
    for finding in report.findings:
        _write_finding(finding, collection.folder, terminal)
    _write_problems(collection, terminal)
    for advice in training_advice(collection):
        terminal.write("", advice)
    terminal.write("", f"Looked at {count('photo', report.looked_at)}. It took {duration_in_words(seconds)}.")
    terminal.write_json({"check": _result(collection, report, split) | {"seconds": seconds}})


def _split(collection: Collection) -> Split | None:
    """Return how the quick recipe divides the photos; None where they cannot be divided yet."""
    shares = QUICK.split
    try:
        return split_collection(collection, shares.validation, shares.test, shares.use_own, QUICK.seed)
    except CollectionError:
        return None


def _part_counts(split: Split | None) -> dict[str, Counter[Part]]:
    """Return how many photos of each class are in each part."""
    counts: dict[str, Counter[Part]] = {}
    for part in Part if split is not None else ():
        for photo in split.part(part) if split is not None else ():
            counts.setdefault(photo.class_name, Counter())[part] += 1
    return counts


def _write_counts(collection: Collection, split: Split | None, terminal: Terminal) -> None:
    photos = count("photo", collection.photo_count)
    terminal.write(f"{photos} of {count('class', len(collection.classes))} in {collection.folder}")
    if not collection.classes:
        return
    counts = _part_counts(split)
    width = max(len("class"), *(len(one_line(name)) for name in collection.class_names)) + 2
    parts = "".join(f"{part.value:>12}" for part in Part) if split is not None else ""
    terminal.write("", f"{'class':<{width}}{'photos':>8}{parts}")
    for item in collection.classes:
        of_class = counts.get(item.name, Counter())
        parts = "".join(f"{of_class[part]:>12,}" for part in Part) if split is not None else ""
        terminal.write(f"{one_line(item.name):<{width}}{len(item.photos):>8,}{parts}")
    if collection.groups:
        kept = sum(map(len, collection.groups))
        terminal.write(f"Kept in one part each: {count('group', len(collection.groups))} of {kept:,} photos in all.")


def _write_finding(finding: Finding, folder: Path, terminal: Terminal) -> None:
    terminal.write("", f"{_SEVERITIES[finding.severity]}: {finding.title}")
    terminal.write(*(f"  {line}" for line in textwrap.wrap(finding.explanation, _TEXT_WIDTH)))
    for group in finding.groups[:_GROUPS_SHOWN]:
        shown = [_inside(path, folder) for path in group[:_GROUPS_SHOWN]]
        more = [f"{len(group) - len(shown):,} more"] if len(group) > len(shown) else []
        terminal.write(f"  - {', '.join([*shown, *more])}")
    if (more_groups := len(finding.groups) - _GROUPS_SHOWN) > 0:
        terminal.write(f"  - {more_groups:,} more; --json lists all")


def _write_problems(collection: Collection, terminal: Terminal) -> None:
    """Write the reason why each photo is left out, and each of the first files that are no photos."""
    if collection.problems:
        terminal.write("", f"Not used: {counted(len(collection.problems), 'entry', 'entries')}")
    photos, others = divided(collection.problems)
    for problem in (*photos, *others[:_GROUPS_SHOWN]):
        terminal.write(f"  - {_inside(problem.path, collection.folder)}: {problem.reason}")
    if (more := len(others) - _GROUPS_SHOWN) > 0:
        terminal.write(f"  - {more:,} more; --json lists all")


def _inside(path: Path, folder: Path) -> str:
    return one_line(str(path.relative_to(folder) if path.is_relative_to(folder) else path))


def _result(collection: Collection, report: Report, split: Split | None) -> dict[str, Any]:
    counts = _part_counts(split)
    classes = [
        {"name": item.name, "photos": len(item.photos), "folders": item.folders}
        | ({part.value: counts.get(item.name, Counter())[part] for part in Part} if split is not None else {})
        for item in collection.classes
    ]
    findings = [
        {
            "kind": finding.kind,
            "severity": finding.severity,
            "title": finding.title,
            "explanation": finding.explanation,
            "groups": finding.groups,
        }
        for finding in report.findings
    ]
    return {
        "folder": collection.folder,
        "photo_count": report.photo_count,
        "looked_at": report.looked_at,
        "classes": classes,
        "classes_from": collection.layout.source,
        "offers": [{"kind": _OFFERS[type(offer)], "offer": offer} for offer in collection.layout.offers],
        "split": {part.value: len(split.part(part)) for part in Part} if split is not None else None,
        "kept_together": collection.groups,
        "findings": findings,
        "problems": [
            {"path": problem.path, "kind": problem.kind, "reason": problem.reason} for problem in collection.problems
        ],
        "advice": training_advice(collection),
    }
