"""What else a folder can be read as: inner folders for classes, classes by file names, or the labels of a table.

Tables are looked for where they usually lie, in the folder itself and in folders that hold or wrap its photos. Where
folders make two classes or more, file names are no offer, and neither is a table with the same classes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tlgui.photos.layouts import ClassCounts, GroupsQuestion, LayoutChoice, NamesOffer, Offer, TableOffer
from tlgui.photos.names import shown_name
from tlgui.photos.places import inside
from tlgui.photos.scanning.file_names import NamedClasses
from tlgui.photos.scanning.label_table import TABLE_SUFFIXES, PhotoIndex, table_offer
from tlgui.photos.scanning.layout import ClassFolder, Plan, planned
from tlgui.photos.scanning.listed_photos import labelled_folders
from tlgui.photos.scanning.listing import Folder

_FEWEST_CLASSES = 2
_LEAST_NAMED = 0.8
_MOST_TABLES = 20
_TABLE_DEPTH = 3
_SAME_CLASSES = 0.9


@dataclass(frozen=True, slots=True)
class _Unlabelled:
    """The photos of a folder as if none had a class.

    Args:
        places: The places of photos that may get labels.
        others: The places of photos that are kept for predictions where they get none.
    """

    places: tuple[str, ...]
    others: tuple[str, ...]


def offers_of(root: Folder) -> tuple[Offer, ...]:
    """Return the other ways to read a folder, the most likely first; independent of what the user chose.

    Args:
        root: The folder the user picked, listed as a whole.
    """
    plan = planned(root, LayoutChoice())
    offers: list[Offer] = []
    if plan.groups is not None:
        inner = plan.groups.inner
        inside_each = tuple(
            tuple(shown_name(item.folder.path) for item in inner if item.folder.path.parent == outer.folder.path)
            for outer in plan.groups.outer
        )
        offers.append(GroupsQuestion(_counts(plan.groups.outer), _counts(inner), inside_each))
    tables = list(_tables(root, plan))
    classes = Counter(dict(_counts(plan.classes)))
    has_classes = sum(map(bool, classes.values())) >= _FEWEST_CLASSES
    if tables or not has_classes:
        photos = _unlabelled(root, plan)
        offers += _table_offers(tables, photos, classes)
        offers += [] if has_classes else _names_offer(photos.places)
    return tuple(offers)


def photo_index(root: Folder) -> PhotoIndex:
    """Return the index by which tables find the photos of a folder.

    Args:
        root: The folder the user picked, listed as a whole.
    """
    photos = _unlabelled(root, planned(root, LayoutChoice()))
    return PhotoIndex(photos.places, photos.others)


def _unlabelled(root: Folder, plan: Plan) -> _Unlabelled:
    places: list[str] = []
    others: list[str] = []
    for folder, _, is_kept in labelled_folders(root, plan):
        place = inside(folder.path, root.path) + "/" if folder is not root else ""
        (others if is_kept else places).extend(place + name for name, _ in folder.photos)
    return _Unlabelled(tuple(places), tuple(others))


def _counts(folders: Iterable[ClassFolder]) -> ClassCounts:
    counts: Counter[str] = Counter()
    for item in folders:
        counts[shown_name(item.label.path)] += item.folder.total
    return tuple(sorted(counts.items()))


def _tables(root: Folder, plan: Plan) -> Iterator[Path]:
    """Yield the tables in a folder, those of the outer folders first."""
    found = [(root, 0)]
    tables: list[Path] = []
    class_folders = {id(item.folder) for item in plan.classes if item.folder.photos}
    for folder, depth in found:
        tables += (folder.path / name for name in folder.others if Path(name).suffix.lower() in TABLE_SUFFIXES)
        if depth < _TABLE_DEPTH and id(folder) not in class_folders:
            found += ((inner, depth + 1) for inner in folder.folders)
    yield from tables[:_MOST_TABLES]


def _table_offers(tables: Iterable[Path], photos: _Unlabelled, classes: Counter[str]) -> Iterator[TableOffer]:
    index: PhotoIndex | None = None
    for path in tables:
        index = index or PhotoIndex(photos.places, photos.others)
        offer = table_offer(path, index)
        if offer is not None and not _are_same(offer, classes):
            yield offer


def _are_same(offer: TableOffer, classes: Counter[str]) -> bool:
    """Return whether a table has the classes that the folders have."""
    by_table = Counter(dict(offer.columns[0].classes))
    return bool(classes.total()) and (classes & by_table).total() >= _SAME_CLASSES * classes.total()


def _names_offer(places: Iterable[str]) -> Iterator[NamesOffer]:
    names = sorted(place.rpartition("/")[2] for place in places)
    named = NamedClasses(names)
    labels = [(label, name) for name in names if (label := named.class_of(name)) is not None]
    if len(named.classes) >= _FEWEST_CLASSES and len(labels) >= _LEAST_NAMED * len(names):
        counts = Counter(label for label, _ in labels)
        examples = dict(reversed(labels))
        yield NamesOffer(
            tuple(sorted(counts.items())),
            tuple(examples[label] for label in sorted(examples)),
            len(names) - len(labels),
        )
