"""Runs benchmarks and prints their figures as a Markdown table.

Usage: `python -m tests.benchmarks [NAME …] --photos FOLDER`
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.benchmarks import (
    answers,
    board,
    camera,
    cost,
    features,
    heic,
    kill,
    memory,
    predict,
    promises,
    quick,
    responsiveness,
    review,
    siblings,
    sorting,
    startup,
    stop,
    trust,
    tutorial_script,
    tutorials,
    unlike,
)
from tests.benchmarks.driving import use_home
from tests.benchmarks.figures import Figure, table
from tlgui.learning.recipes.built_in import BUILT_IN

BENCHMARKS: dict[str, Callable[[Path], list[Figure]]] = {
    "startup": startup.measure,
    "responsiveness": responsiveness.measure,
    "stop": stop.measure,
    "kill": kill.measure,
    "quick": quick.measure,
    "predict": predict.measure,
    "features": features.measure,
    "heic": heic.measure,
    "script": tutorial_script.measure,
}

_WITHOUT_PHOTOS = {"board", "camera", "review", "sorting"}


def main() -> int:
    """Run what was asked for; return 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure what tlgui must reach.")
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=(
            f"{', '.join(BENCHMARKS)}, all by default; "
            "or answers, board, camera, cost, memory, promises, review, siblings, sorting, trust, tutorials, unlike"
        ),
    )
    parser.add_argument(
        "--photos",
        type=Path,
        metavar="FOLDER",
        help="a subfolder for each class; board, camera, review and sorting need none",
    )
    parser.add_argument("--vgg16-weights", type=Path, metavar="FILE", help="for tutorials; downloaded otherwise")
    parser.add_argument(
        "--count", type=int, metavar="N", help="photos for answers, board, camera, memory, review and sorting"
    )
    parser.add_argument(
        "--recipe", action="append", dest="recipes", choices=BUILT_IN, help="for cost and trust; may be repeated"
    )
    parser.add_argument(
        "--foreign",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="photos of something else, for unlike",
    )
    options = parser.parse_args()
    benchmarks: dict[str, Callable[[Path], list[Figure]]] = {
        **BENCHMARKS,
        "answers": partial(answers.measure, count=options.count or answers.COUNT),
        "board": lambda _photos: board.measure(options.count or board.COUNT),
        "camera": lambda _photos: camera.measure(options.count or camera.COUNT),
        "cost": partial(cost.measure, names=options.recipes or cost.RECIPES),
        "memory": partial(memory.measure, count=options.count or memory.COUNT),
        "promises": promises.measure,
        "review": lambda _photos: review.measure(options.count or review.COUNT),
        "siblings": siblings.measure,
        "sorting": lambda _photos: sorting.measure(options.count or sorting.COUNT),
        "trust": partial(trust.measure, names=options.recipes or trust.RECIPES),
        "tutorials": partial(tutorials.measure, vgg16_weights=options.vgg16_weights),
        "unlike": partial(unlike.measure, foreign=[folder.resolve() for folder in options.foreign]),
    }
    if unknown := set(options.names) - set(benchmarks):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    if options.photos is None and not (options.names and set(options.names) <= _WITHOUT_PHOTOS):
        parser.error("--photos is missing")
    photos = (options.photos or Path()).resolve()
    figures: list[Figure] = []
    for name in options.names or BENCHMARKS:
        # Every benchmark finds an empty home, so that no cache of another one helps it.
        with tempfile.TemporaryDirectory(prefix="tlgui-benchmark-", ignore_cleanup_errors=True) as home:
            use_home(Path(home))
            print(f"{name} …", file=sys.stderr, flush=True)
            figures += benchmarks[name](photos)
    print(table(figures))
    return int(any(figure.verdict == "MISSED" for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
