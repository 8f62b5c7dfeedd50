"""What a sort does and did, in words for the screen."""

from pathlib import Path

from tlgui.photos.counting import counted
from tlgui.photos.folder_names import name_problem
from tlgui.photos.mending.records import Act, Record
from tlgui.photos.names import one_line, shown_name
from tlgui.photos.sorting.plan import is_photo_step

_DOES = {
    Act.COPY: "copy {what} into folders in “{into}”",
    Act.MOVE: "move {what} into folders in “{into}”",
    Act.LINK: "make links to {what} in folders in “{into}”",
    Act.HARD_LINK: "make hard links to {what} in folders in “{into}”",
}
_DONE = {
    Act.COPY: "Copied {what} into folders in “{into}”.",
    Act.MOVE: "Moved {what} into folders in “{into}”.",
    Act.LINK: "Made links to {what} in folders in “{into}”.",
    Act.HARD_LINK: "Made hard links to {what} in folders in “{into}”.",
}


def words_for(record: Record) -> str:
    """Return what the steps of a sort that are done do, such as “copy 14 photos into folders in “sorted””."""
    return _filled(_DOES, record)


def words_when_done(record: Record) -> str:
    """Return a sentence about what a sort did."""
    return _filled(_DONE, record) if record.done else "Nothing was sorted."


def renamed_class_words(name: str, folder: str) -> str:
    """Return that the folder of a class has another name, and why, as a sentence."""
    why = name_problem(name) or "another class is called the same, but for capital letters or accents"
    return f"Photos of “{one_line(name)}” go into the folder “{one_line(folder)}”: {why}."


def _filled(texts: dict[Act, str], record: Record) -> str:
    done = record.done
    photos = [number for number, step in done.items() if is_photo_step(number, step)]
    acts = [step.act for step in done.values() if step.act in texts]
    others = len(done) - len(photos)
    what = counted(len(photos), "photo")
    if others:
        what += f" and {counted(others, 'file')} that {'goes' if others == 1 else 'go'} with {_them(len(photos))}"
    into = shown_name(Path(record.head.into)) if record.head is not None else ""
    return texts[acts[0] if acts and acts[0] is not None else Act.COPY].format(what=what, into=into)


def _them(photo_count: int) -> str:
    return "it" if photo_count == 1 else "them"
