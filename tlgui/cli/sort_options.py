"""The arguments of `tlgui sort` and `tlgui undo`."""

import argparse

from tlgui.cli.argument_types import SHARES, path, share
from tlgui.learning.trust import DEFAULT_WRONG_AT_MOST


def add_sort(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `tlgui sort`."""
    parser.add_argument("model", type=path, metavar="MODEL.tlmodel", help="a model that tlgui made")
    parser.add_argument("paths", type=path, nargs="+", metavar="PATH", help="photos, and folders that hold some")
    parser.add_argument(
        "--into", type=path, required=True, metavar="DIR", help="the folder to sort into; made where it is not there"
    )
    acts = parser.add_mutually_exclusive_group()
    for act, words in (
        ("move", "move the photos; without it they are copied"),
        ("link", "make symbolic links to them"),
        ("hard-link", "make hard links to them, on the same disk"),
    ):
        acts.add_argument(f"--{act}", dest="act", action="store_const", const=act, default="copy", help=words)
    parser.add_argument(
        "--pattern",
        metavar="P",
        help="where each photo goes, of {class}, {year}, {month}, {certainty} and {name}; “{class}/{name}” by default",
    )
    for answer, words in (("not sure", "the model is not sure of"), ("unlike anything", "unlike any it has learned")):
        parser.add_argument(
            f"--{answer.replace(' ', '-').removesuffix('-anything')}",
            default=answer,
            metavar="FOLDER|leave",
            help=f"the folder of photos {words}; “leave” leaves them where they are; “{answer}” by default",
        )
    parser.add_argument(
        "--wrong-at-most",
        type=_wrong_at_most,
        default=DEFAULT_WRONG_AT_MOST,
        metavar="SHARE",
        help=f"of named photos, one of {SHARES}, or 1 to name every photo; {DEFAULT_WRONG_AT_MOST:g} by default",
    )
    parser.add_argument(
        "--keywords",
        action="store_true",
        help="also write the class of each named photo as a keyword beside it where it goes, into PHOTO.xmp",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")


def add_undo(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `tlgui undo`."""
    parser.add_argument("--list", action="store_true", help="say which sorts can be undone, the last one first")


def _wrong_at_most(text: str) -> float | None:
    """Return the share of wrong answers that is accepted; None for 1, which names every photo."""
    return None if text == "1" else share(text)
