"""The command line: `tlgui` opens the window; with a command it works without one, for scripts and servers."""

import argparse
import difflib
import importlib
import multiprocessing
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from typing_extensions import override

from tlgui import __version__, files, garbage_collection
from tlgui.cli.argument_types import SHARES, model_file, path, place, positive, report, setting, share, table, weights
from tlgui.cli.layout_options import add_layout_options
from tlgui.cli.sort_options import add_sort, add_undo
from tlgui.cli.terminal import Terminal
from tlgui.engine import quiet, telemetry
from tlgui.engine.outcome import outcome_of
from tlgui.exporting import placing
from tlgui.exporting.export_formats import FORMATS
from tlgui.files import targets
from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.learning.trust import DEFAULT_WRONG_AT_MOST
from tlgui.photos.collection import Part
from tlgui.photos.counting import listed
from tlgui.photos.names import one_line
from tlgui.photos.pictures import helper_start
from tlgui.text.tables.formats import FORMATS as TABLE_FORMATS
from tlgui.text.tables.formats import table_format

LOG_NAME = "headless.log"


_MODULES = {name: f"tlgui.cli.{name}" for name in ("check", "doubts", "predict", "sort", "train")} | dict.fromkeys(
    ("resume-sort", "undo"), "tlgui.cli.sort"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, or open the window where there is none.

    Args:
        arguments: The command line without the program's name; None for the real one.

    Returns:
        The exit code: 0, or 1 where it could not be done. Wrong usage exits with 2 by itself.
    """
    # In an installed program, the engine process and the photo helpers are this program, started with other arguments.
    multiprocessing.freeze_support()
    if arguments is None and sys.argv[1:2] == [helper_start.FLAG]:
        _open_photos(sys.argv[2:])
    parsed = _parsed(sys.argv[1:] if arguments is None else arguments)
    code = _open_window() if parsed.command is None else _run(parsed)
    if arguments is None:
        garbage_collection.spare_the_end()
    return code


def _open_photos(arguments: list[str]) -> NoReturn:
    from tlgui.photos.pictures import helper  # noqa: PLC0415 - what it loads can crash

    helper.main(arguments)


def _open_window() -> int:
    try:
        with garbage_collection.paused(freezes=True):
            from tlgui import app  # noqa: PLC0415 - the headless commands work where Qt cannot be loaded
    except ImportError as error:
        sys.stderr.write(
            f"error: The window cannot be opened: {one_line(str(error))}\n"
            "hint: Install what is missing; packaging/bootstrap.py names it. "
            "The commands in “tlgui --help” need no window.\n"
        )
        return 1
    return app.main()


def _run(parsed: argparse.Namespace) -> int:
    from tlgui.photos.pictures import helper_pool  # noqa: PLC0415 - the window starts without it

    # The modules of the other commands take longer to import than a photo takes to be named.
    module = importlib.import_module(_MODULES.get(parsed.command, "tlgui.cli.commands"))
    command = getattr(module, parsed.command.replace("-", "_"))
    with quiet.own_output(LOG_NAME) as (out, err, log):
        terminal = Terminal(out, err, wants_json=parsed.json)
        files.sweep(placing.finish)
        telemetry.remove_leftovers()
        if problem := files.home_problem():
            terminal.note(f"note: {problem}")
        try:
            with terminal.stopping_at_interrupt():
                return terminal.end(outcome_of(lambda: command(parsed, terminal)), log)
        finally:
            # After Ctrl+C a photo that hangs in a helper must not keep the program from ending.
            helper_pool.close()


class _Parser(argparse.ArgumentParser):
    """Reports wrong usage as other errors are reported, with exit code 2; control characters in it are escaped."""

    @override
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {one_line(message)}\nhint: “{self.prog} --help” explains it.\n")


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _parser()
    word = next((argument for argument in arguments if not argument.startswith("-")), None)
    if word is not None and word not in (names := [name for name, _, _ in _COMMANDS]):
        hint = f"The commands are {', '.join(names)}; “tlgui” alone opens the window."
        if close := difflib.get_close_matches(word, names, 1):
            hint = f"Did you mean “tlgui {close[0]}”? {hint}"
        elif os.path.lexists(word):
            hint = f"“tlgui” alone opens the window. “{shlex.join(['tlgui', 'check', word])}” looks at a folder."
        parser.exit(2, f"error: There is no command “{one_line(word)}”.\nhint: {one_line(hint)}\n")
    parsed, unexpected = parser.parse_known_args(arguments)
    if unexpected:
        _refuse(parser, parsed.command, unexpected)
    if parsed.command == "predict":
        _check_format(parser, parsed)
    return parsed


def _check_format(parser: argparse.ArgumentParser, parsed: argparse.Namespace) -> None:
    """Report a format without a file, a file without a format, and a file whose name has another format's ending."""
    if (parsed.format is None) != (parsed.out is None):
        parser.error("--format and --out belong together")
    if parsed.place and parsed.format != "camtrap-dp":
        parser.error("--place is for --format camtrap-dp")
    kind = None if parsed.format is None else table_format(parsed.format).kind
    if kind is not None and (problem := targets.name_problem(parsed.out.name, kind)):
        parser.error(f"argument --out: {problem}")


def _refuse(parser: argparse.ArgumentParser, command: str | None, unexpected: Sequence[str]) -> NoReturn:
    """Report arguments that a command does not take, of which a shell may have made hundreds out of a `*`."""
    help_words = f"“tlgui {command} --help”" if command is not None else "“tlgui --help”"
    hint = f"{help_words} lists the options."
    if not any(argument.startswith("-") for argument in unexpected):
        hint = f"A name with spaces needs quotes around it. {help_words} explains the rest."
    verb = "is" if len(unexpected) == 1 else "are"
    names = listed(unexpected, "argument", "arguments")
    parser.exit(2, f"error: {one_line(names)} {verb} not expected here.\nhint: {hint}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="tlgui",
        description="Teach your computer to sort photos. Without a command, the window opens.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"tlgui {__version__}")
    commands = parser.add_subparsers(dest="command", title="commands", metavar="COMMAND")
    for name, summary, add_arguments in _COMMANDS:
        command = commands.add_parser(name, help=summary, description=f"{summary}.", allow_abbrev=False)
        add_arguments(command)
        command.add_argument("--json", action="store_true", help="print one JSON object last on standard output")
    return parser


def _add_train(parser: argparse.ArgumentParser) -> None:
    _add_estimate(parser)
    parser.add_argument("--out", type=model_file, required=True, metavar="MODEL.tlmodel", help="the file to write")
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the last unfinished training of this folder that has the same settings",
    )


def _add_estimate(parser: argparse.ArgumentParser) -> None:
    _add_collection(parser)
    parser.add_argument(
        "--recipe",
        default="quick",
        metavar="NAME|FILE.json",
        help=f"{', '.join(BUILT_IN)}, or a recipe file; quick where it is not given",
    )
    _add_settings(parser, "one value of the recipe")
    parser.add_argument("--weights", type=path, metavar="FILE", help="the weights of the recipe's backbone")


def _add_compare(parser: argparse.ArgumentParser) -> None:
    _add_collection(parser)
    parser.add_argument(
        "--recipe",
        action="append",
        default=[],
        dest="recipes",
        metavar="NAME|FILE.json",
        help=f"{', '.join(BUILT_IN)}, or a recipe file; may be given again; all built-in ones where it is not given",
    )
    _add_settings(parser, "one value that every recipe gets")
    parser.add_argument(
        "--weights",
        type=weights,
        action="append",
        default=[],
        metavar="BACKBONE=FILE",
        help="the weights of a backbone, such as vgg16=vgg16_notop.h5; may be given again",
    )
    parser.add_argument(
        "--seeds",
        type=positive,
        default=1,
        metavar="N",
        help="train each recipe with N seeds, which also divide the photos anew; 1 by default",
    )


def _add_recipes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--show", metavar="NAME|FILE.json", help="every value of one recipe, as a recipe file has it")


def _add_collection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=path, metavar="FOLDER", help="holds one subfolder for each class")
    add_layout_options(parser)


def _add_settings(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--set",
        type=setting,
        action="append",
        default=[],
        dest="settings",
        metavar="PATH=VALUE",
        help=f"{what}, such as head.dense_units=128; may be given again",
    )


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    _add_model(parser)
    _add_collection(parser)
    parser.add_argument(
        "--part",
        choices=("all", *(part.value for part in Part)),
        help="which photos; where it is not given, the folder's own test photos, else its validation photos, else all",
    )
    parser.add_argument(
        "--report", type=report, metavar="FILE.html", help="also write a page about the model, for any browser"
    )
    parser.add_argument(
        "--with-pictures", action="store_true", help="show the photos that it named wrongly in the report, small"
    )


def _add_predict(parser: argparse.ArgumentParser) -> None:
    _add_model(parser)
    parser.add_argument("paths", type=path, nargs="+", metavar="PATH", help="photos, and folders that hold some")
    parser.add_argument(
        "--resume", action="store_true", help="take what an earlier run of this model said of the same photos"
    )
    parser.add_argument("--top", type=positive, default=3, metavar="K", help="classes for each photo; 3 by default")
    parser.add_argument("--csv", type=table, metavar="FILE.csv", help="also write a table")
    parser.add_argument(
        "--format",
        choices=[each.id for each in TABLE_FORMATS],
        help="also write the answers, who decided them and when, for spreadsheets and camera trap programs",
    )
    parser.add_argument("--out", type=path, metavar="FILE", help="where --format writes; a new folder for camtrap-dp")
    parser.add_argument(
        "--place",
        type=place,
        action="append",
        default=[],
        metavar="[FOLDER=]LAT,LON",
        help="where the camera of the photos, or of those in one folder, stood, in degrees; for camtrap-dp",
    )
    parser.add_argument(
        "--keywords",
        action="store_true",
        help="also write each answer as a keyword beside its photo, into PHOTO.xmp; photos themselves stay as they are",
    )
    parser.add_argument(
        "--wrong-at-most",
        type=share,
        default=DEFAULT_WRONG_AT_MOST,
        metavar="SHARE",
        help=f"call photos “not sure” so that at most this share of the others is wrong: {SHARES}; "
        f"{DEFAULT_WRONG_AT_MOST:g} by default",
    )


def _add_doubts(parser: argparse.ArgumentParser) -> None:
    _add_collection(parser)
    parser.add_argument(
        "--model", type=path, metavar="MODEL.tlmodel", help="judge with the recipe of this model; Quick by default"
    )
    parser.add_argument("--csv", type=table, metavar="FILE.csv", help="also write a table")


def _add_export(parser: argparse.ArgumentParser) -> None:
    _add_model(parser)
    parser.add_argument(
        "--format", required=True, choices=[export_format.id for export_format in FORMATS], help="what to write"
    )
    parser.add_argument("--out", type=path, required=True, metavar="PATH", help="the file or folder to write")
    parser.add_argument(
        "--photos", type=path, metavar="FOLDER", help="compare on photos from here; drawn pictures otherwise"
    )
    parser.add_argument(
        "--with-distance",
        action="store_true",
        help="add an output that tells photos unlike anything the model learned; not for LiteRT",
    )


def _add_sample_photos(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=path, metavar="DIR", help="a new or empty folder")


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=path, metavar="MODEL.tlmodel", help="a model that tlgui made")


_COMMANDS: tuple[tuple[str, str, Callable[[argparse.ArgumentParser], None]], ...] = (
    ("check", "Say what is wrong with a folder of photos, and how it would be divided", _add_collection),
    ("train", "Learn from a folder of photos and write a model", _add_train),
    ("estimate", "Say how long a training will take, and how much memory", _add_estimate),
    ("compare", "Train recipes one after another and say how well each does", _add_compare),
    ("recipes", "Say which recipes there are", _add_recipes),
    ("evaluate", "Say how well a model does", _add_evaluate),
    ("predict", "Name photos", _add_predict),
    ("doubts", "Say which photos are probably in the wrong folder", _add_doubts),
    ("sort", "Sort photos into folders of their classes", add_sort),
    ("resume-sort", "Go on with the last sort, where it stopped", lambda _parser: None),
    ("undo", "Take the last sort back", add_undo),
    ("export", "Write a model for other programs", _add_export),
    ("info", "Say what a model is", _add_model),
    ("sample-photos", "Draw a small collection to try things on", _add_sample_photos),
)
