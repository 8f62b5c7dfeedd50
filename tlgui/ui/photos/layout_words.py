"""What the Photos page says of the way a folder was read, and of the other ways to read it."""

from collections.abc import Sequence

from tlgui.photos.collection import Collection
from tlgui.photos.counting import counted, joined
from tlgui.photos.layouts import ClassCounts, ClassSource, GroupsQuestion, LabelColumn, NamesOffer, Offer, TableOffer
from tlgui.photos.names import shown_name
from tlgui.text.numbers import count

_CLASSES_SHOWN = 5


def offer_title(offer: Offer) -> str:
    """Return the title of an offer."""
    match offer:
        case GroupsQuestion():
            return "Are these folders the classes, or groups of classes?"
        case NamesOffer():
            return "The file names begin with what is on the photos"
        case TableOffer():
            return f"“{shown_name(offer.path)}” says what is on the photos"


def offer_text(offer: Offer, column: LabelColumn | None = None) -> str:
    """Return the explanation of an offer.

    Args:
        offer: The offer.
        column: The column of labels, where it is a table.
    """
    match offer:
        case GroupsQuestion():
            names = _listed([name for name, _ in offer.outer])
            return f"{names} hold no photos themselves, but folders with photos. What should be told apart?"
        case NamesOffer():
            unnamed = f" {count('photo', offer.unnamed)} would have no class." if offer.unnamed else ""
            return f"They make {classes_in_words(offer.classes)}.{unnamed} No file is moved or renamed."
        case TableOffer():
            column = column or offer.columns[0]
            return f"Its labels make {classes_in_words(column.classes)}. {_gaps(offer, column)}No file is moved."


def _gaps(offer: TableOffer, column: LabelColumn) -> str:
    """Return which rows name no photo, and how many photos have no label."""
    words = ""
    if offer.missing:
        names = "names a file that is" if offer.missing == 1 else "name files that are"
        words += f"{count('row', offer.missing)} of {offer.row_count:,} {names} not in the folder. "
    if column.unlabelled:
        words += f"{counted(column.unlabelled, 'photo has', 'photos have')} no label and would not be used. "
    return words


def settled_text(collection: Collection) -> str:
    """Return where the classes come from, where that was chosen; empty where it was not."""
    choice = collection.layout.choice
    match choice.source:
        case ClassSource.FOLDERS:
            text = "You chose: the folders are the classes."
        case ClassSource.INNER_FOLDERS:
            text = "You chose: the inner folders are the classes."
        case ClassSource.NAMES:
            text = "You chose: the file names begin with the classes."
        case ClassSource.TABLE if choice.table is not None:
            text = f"You chose: the labels in “{shown_name(choice.table.path)}” are the classes."
        case _:
            text = ""
    if collection.layout.table_problem:
        text += f" {collection.layout.table_problem} The labels that were read from it before are used."
    if not choice.uses_split:
        text += " Folders such as train and test are put together."
    return text.strip()


def classes_in_words(classes: ClassCounts) -> str:
    """Return the number of classes and the names of some, such as “2 classes: cat (12), dog (14)”."""
    shown = [f"{name} ({number:,})" for name, number in classes[:_CLASSES_SHOWN]]
    more = [f"{len(classes) - len(shown):,} more"] if len(classes) > len(shown) else []
    return f"{count('class', len(classes))}: {', '.join([*shown, *more])}"


def _listed(names: Sequence[str]) -> str:
    shown = [f"“{name}”" for name in names[:_CLASSES_SHOWN]]
    more = [f"{len(names) - len(shown):,} others"] if len(names) > len(shown) else []
    return joined([*shown, *more])
