"""Draws a small collection to try things on: boats, flowers and trees, each picture different.

Skies, grounds and colours are shared between the classes, so that shape tells them apart and not a single colour.
"""

import contextlib
import math
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tlgui.errors import CollectionError
from tlgui.files import folder_beside, storage_error
from tlgui.progress import Countdown, JobContext, Progress, Stage

SAMPLE_CLASSES = ("boats", "flowers", "trees")

_NO_CONTEXT = JobContext()
_OVERSAMPLING = 2
_NOISE = 6.0

Colour = tuple[int, int, int]

_SKIES: tuple[tuple[Colour, Colour], ...] = (
    ((96, 165, 225), (214, 235, 248)),
    ((120, 150, 185), (225, 225, 225)),
    ((70, 90, 150), (245, 190, 150)),
    ((235, 160, 120), (250, 225, 180)),
    ((60, 130, 200), (190, 220, 190)),
)
_GROUNDS: tuple[Colour, ...] = ((96, 150, 70), (130, 160, 80), (170, 150, 100), (80, 125, 85), (190, 175, 140))
_WATERS: tuple[Colour, ...] = ((45, 105, 150), (70, 140, 160), (60, 90, 120), (95, 150, 150))
_BRIGHT: tuple[Colour, ...] = (
    (205, 55, 55),
    (240, 195, 60),
    (235, 120, 50),
    (240, 240, 235),
    (150, 80, 170),
    (225, 105, 150),
    (60, 90, 190),
)
_LEAVES: tuple[Colour, ...] = ((50, 110, 50), (90, 140, 50), (40, 90, 70), (190, 120, 40), (120, 150, 60))
_WOODS: tuple[Colour, ...] = ((95, 65, 45), (120, 90, 60), (70, 55, 50), (150, 110, 80))


class _Canvas:
    """A drawing surface in units of the picture's side, with a random number generator."""

    def __init__(self, side: int, rng: random.Random) -> None:
        self.rng = rng
        self.image = Image.new("RGB", (side, side))
        self._side = side
        self._draw = ImageDraw.Draw(self.image)

    def polygon(self, points: list[tuple[float, float]], colour: Colour) -> None:
        self._draw.polygon([(x * self._side, y * self._side) for x, y in points], fill=colour)

    def ellipse(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """Fill an ellipse around (x, y) with these half axes."""
        box = ((x - width) * self._side, (y - height) * self._side, (x + width) * self._side, (y + height) * self._side)
        self._draw.ellipse(box, fill=colour)

    def line(self, points: list[tuple[float, float]], width: float, colour: Colour) -> None:
        pixels = max(1, round(width * self._side))
        self._draw.line([(x * self._side, y * self._side) for x, y in points], fill=colour, width=pixels, joint="curve")

    def fade(self, top: Colour, bottom: Colour) -> None:
        """Fill everything with a vertical fade."""
        share = np.linspace(0, 1, self._side)[:, None, None]
        rows = np.asarray(top) * (1 - share) + np.asarray(bottom) * share
        pixels = np.broadcast_to(rows, (self._side, self._side, 3)).astype(np.uint8)
        self.image.paste(Image.fromarray(np.ascontiguousarray(pixels)))

    def tinted(self, colour: Colour, spread: int = 25) -> Colour:
        """Return `colour` a little lighter or darker."""
        change = self.rng.randint(-spread, spread)
        red, green, blue = (min(255, max(0, channel + change)) for channel in colour)
        return red, green, blue

    def choice(self, colours: tuple[Colour, ...]) -> Colour:
        return self.tinted(self.rng.choice(colours))


def draw_picture(kind: int, seed: int, size: int) -> Image.Image:
    """Draw one picture; equal arguments draw equal pictures.

    Args:
        kind: Index into `SAMPLE_CLASSES`.
        seed: 0 or greater; other seeds draw other pictures of the kind.
        size: Side in pixels.

    Returns:
        An RGB picture of `size` x `size` pixels.

    Example:
        >>> draw_picture(kind=0, seed=7, size=64).size
        (64, 64)
    """
    canvas = _Canvas(size * _OVERSAMPLING, random.Random(f"{kind} {seed}"))
    _PAINTERS[kind](canvas)
    picture = canvas.image.resize((size, size), Image.Resampling.BOX)
    if canvas.rng.random() < 0.25:
        picture = picture.filter(ImageFilter.GaussianBlur(size / 300))
    grain = np.random.default_rng([kind, seed]).normal(0, _NOISE, (size, size, 1))
    light = canvas.rng.uniform(0.85, 1.12)
    return Image.fromarray(np.clip(np.asarray(picture) * light + grain, 0, 255).astype(np.uint8))


def draw_sample_photos(
    folder: Path,
    photos_per_class: int = 40,
    seed: int = 1,
    size: int = 256,
    context: JobContext = _NO_CONTEXT,
) -> None:
    """Draw a small collection of three classes to try tlgui on.

    Args:
        folder: Made if it is not there; must be empty.
        photos_per_class: Pictures in each class.
        seed: 0 or greater; other seeds draw other pictures.
        size: Side of the pictures in pixels.
        context: Receives the progress; its checkpoint is called before each picture.

    Raises:
        CollectionError: The folder is not empty, or is a file.
        StorageError: The disk refused; nothing is left behind.
        Cancelled: The user pressed Stop; nothing is left behind.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as parent:
        ...     draw_sample_photos(Path(parent) / "samples", photos_per_class=2, size=48)
        ...     sorted(photo.name for photo in Path(parent).glob("samples/*/*.jpg"))
        ['boat 001.jpg', 'boat 002.jpg', 'flower 001.jpg', 'flower 002.jpg', 'tree 001.jpg', 'tree 002.jpg']
    """
    folder = folder.absolute()
    existed = True
    try:
        existed = folder.exists()
        _make_empty_folder(folder)
        # Drawn in a hidden folder and moved when complete, so that a partial collection is never seen.
        with folder_beside(folder / "photos") as hidden:
            _draw_all(hidden, photos_per_class, seed, size, context)
            for class_name in SAMPLE_CLASSES:
                (hidden / class_name).rename(folder / class_name)
    except OSError as error:
        raise storage_error(error, folder) from error
    finally:
        if not existed:
            with contextlib.suppress(OSError):
                folder.rmdir()  # Succeeds only while it is empty: when nothing was drawn.


def _make_empty_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CollectionError(f"“{folder.name}” is a file, not a folder.", "Choose another name for the sample photos.")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise CollectionError(
            f"The folder “{folder.name}” is not empty.", "Choose a new or empty folder for the sample photos."
        )


def _draw_all(folder: Path, photos_per_class: int, seed: int, size: int, context: JobContext) -> None:
    total = photos_per_class * len(SAMPLE_CLASSES)
    countdown = Countdown(total)
    context.report(Progress(Stage.SAVING, 0, total))
    for kind, class_name in enumerate(SAMPLE_CLASSES):
        (folder / class_name).mkdir()
        for number in range(photos_per_class):
            context.checkpoint()
            picture = draw_picture(kind, seed * 1_000_000 + number, size)
            picture.save(folder / class_name / f"{class_name[:-1]} {number + 1:03d}.jpg", quality=92)
            done = kind * photos_per_class + number + 1
            context.report(Progress(Stage.SAVING, done, total, countdown.seconds_left(done)))


def _paint_sky(canvas: _Canvas, horizon: float) -> None:
    top, bottom = canvas.rng.choice(_SKIES)
    canvas.fade(canvas.tinted(top), canvas.tinted(bottom))
    for _ in range(canvas.rng.randint(0, 3)):
        x, y, width = canvas.rng.random(), canvas.rng.uniform(0.05, horizon * 0.7), canvas.rng.uniform(0.05, 0.12)
        white = canvas.tinted((238, 238, 240), 12)
        for step in (-0.7, 0.0, 0.7):
            canvas.ellipse(x + step * width, y + abs(step) * 0.02, width * 0.7, width * 0.35, white)
    if canvas.rng.random() < 0.4:
        radius = canvas.rng.uniform(0.03, 0.07)
        canvas.ellipse(canvas.rng.random(), canvas.rng.uniform(0.08, 0.3), radius, radius, (252, 235, 170))


def _paint_ground(canvas: _Canvas, horizon: float, colour: Colour) -> None:
    if canvas.rng.random() < 0.6:
        _paint_hills(canvas, horizon)
    canvas.polygon([(0, horizon), (1, horizon), (1, 1), (0, 1)], colour)
    for _ in range(60):
        x, y = canvas.rng.random(), canvas.rng.uniform(horizon, 1)
        canvas.line([(x, y), (x + canvas.rng.uniform(0.02, 0.08), y)], 0.004, canvas.tinted(colour, 18))


def _paint_hills(canvas: _Canvas, horizon: float) -> None:
    colour = canvas.tinted((125, 145, 150))
    points = [(x / 8, horizon - canvas.rng.uniform(0.0, 0.14)) for x in range(9)]
    canvas.polygon([(0, horizon), *points, (1, horizon)], colour)


def _paint_boats(canvas: _Canvas) -> None:
    horizon = canvas.rng.uniform(0.4, 0.6)
    _paint_sky(canvas, horizon)
    _paint_ground(canvas, horizon, canvas.choice(_WATERS))
    for _ in range(canvas.rng.choice((1, 1, 2))):
        length = canvas.rng.uniform(0.16, 0.36)
        _paint_boat(canvas, canvas.rng.uniform(0.3, 0.7), canvas.rng.uniform(horizon + 0.12, 0.85), length)


def _paint_boat(canvas: _Canvas, x: float, y: float, length: float) -> None:
    depth, mast = length * canvas.rng.uniform(0.3, 0.45), length * canvas.rng.uniform(1.3, 1.9)
    side = canvas.rng.choice((-1, 1))
    hull = canvas.choice(_BRIGHT + _WOODS)
    canvas.line([(x, y), (x, y - mast)], 0.012, canvas.choice(_WOODS))
    sail = canvas.choice(_BRIGHT)
    canvas.polygon([(x + 0.01, y - mast), (x + 0.01, y - 0.03), (x + side * length * 0.85, y - 0.03)], sail)
    if canvas.rng.random() < 0.7:
        jib = canvas.tinted((240, 238, 228))
        canvas.polygon([(x, y - mast * 0.9), (x, y - 0.03), (x - side * length * 0.6, y - 0.03)], jib)
    canvas.polygon(
        [(x - length, y), (x + length, y), (x + length * 0.65, y + depth), (x - length * 0.7, y + depth)], hull
    )
    canvas.line([(x - length, y), (x + length, y)], 0.014, canvas.tinted(hull, 60))


def _paint_flowers(canvas: _Canvas) -> None:
    horizon = canvas.rng.uniform(0.25, 0.75)
    _paint_sky(canvas, horizon)
    _paint_ground(canvas, horizon, canvas.choice(_GROUNDS))
    petals = canvas.rng.choice(_BRIGHT)
    for _ in range(canvas.rng.choice((1, 1, 2, 3))):
        radius = canvas.rng.uniform(0.12, 0.26)
        _paint_flower(canvas, canvas.rng.uniform(0.25, 0.75), canvas.rng.uniform(0.25, 0.6), radius, petals)


def _paint_flower(canvas: _Canvas, x: float, y: float, radius: float, petals: Colour) -> None:
    stem = canvas.choice(_LEAVES[:3])
    foot = x + canvas.rng.uniform(-0.1, 0.1)
    canvas.line([(x, y), ((x + foot) / 2 + 0.02, (y + 1) / 2), (foot, 1.02)], 0.02, stem)
    for side in (-1, 1):
        leaf = y + radius + canvas.rng.uniform(0.1, 0.3)
        tip = (foot + side * 0.16, leaf - 0.08)
        canvas.polygon([(foot, leaf), (foot + side * 0.1, leaf - 0.09), tip, (foot + side * 0.1, leaf)], stem)
    count, turn = canvas.rng.randint(5, 11), canvas.rng.random() * math.pi
    flatness = canvas.rng.uniform(0.6, 1.0)
    for petal in range(count):
        angle = turn + 2 * math.pi * petal / count
        _paint_petal(canvas, x, y, angle, radius, flatness, 1.9 / count, canvas.tinted(petals))
    centre = canvas.rng.choice(((240, 200, 70), (110, 75, 40), (250, 235, 150)))
    canvas.ellipse(x, y, radius * 0.32, radius * 0.32 * flatness, centre)


def _paint_petal(
    canvas: _Canvas, x: float, y: float, angle: float, radius: float, flatness: float, width: float, colour: Colour
) -> None:
    points = []
    for step in range(13):
        share = step / 12 * 2 * math.pi
        along, across = radius * (0.55 - 0.45 * math.cos(share)), radius * width * math.sin(share)
        points.append(
            (
                x + along * math.cos(angle) - across * math.sin(angle),
                y + flatness * (along * math.sin(angle) + across * math.cos(angle)),
            )
        )
    canvas.polygon(points, colour)


def _paint_trees(canvas: _Canvas) -> None:
    horizon = canvas.rng.uniform(0.45, 0.75)
    _paint_sky(canvas, horizon)
    _paint_ground(canvas, horizon, canvas.choice(_GROUNDS))
    leaves, is_pine = canvas.rng.choice(_LEAVES), canvas.rng.random() < 0.4
    for _ in range(canvas.rng.choice((1, 1, 2, 3))):
        height = canvas.rng.uniform(0.4, 0.7)
        foot = min(0.95, max(horizon + 0.04, height + 0.05) + canvas.rng.uniform(0, 0.12))
        paint = _paint_pine if is_pine else _paint_broad_tree
        paint(canvas, canvas.rng.uniform(0.2, 0.8), foot, height, leaves)


def _paint_broad_tree(canvas: _Canvas, x: float, foot: float, height: float, leaves: Colour) -> None:
    trunk = height * canvas.rng.uniform(0.05, 0.08)
    wood = canvas.choice(_WOODS)
    canvas.polygon([(x - trunk, foot), (x + trunk, foot), (x + trunk / 2, foot - height * 0.6),
                    (x - trunk / 2, foot - height * 0.6)], wood)  # fmt: skip
    crown = height * canvas.rng.uniform(0.3, 0.38)
    for _ in range(14):
        angle, reach = canvas.rng.random() * 2 * math.pi, canvas.rng.random() * crown * 0.65
        radius = crown * canvas.rng.uniform(0.3, 0.55)
        centre = foot - height + crown + reach * math.sin(angle) * 0.8
        canvas.ellipse(x + reach * math.cos(angle), centre, radius, radius * 0.9, canvas.tinted(leaves))


def _paint_pine(canvas: _Canvas, x: float, foot: float, height: float, leaves: Colour) -> None:
    trunk = height * 0.04
    canvas.polygon([(x - trunk, foot), (x + trunk, foot), (x + trunk, foot - height * 0.3),
                    (x - trunk, foot - height * 0.3)], canvas.choice(_WOODS))  # fmt: skip
    tiers, width = canvas.rng.randint(3, 5), height * canvas.rng.uniform(0.22, 0.32)
    for tier in range(tiers):
        share = 1 - tier / (tiers + 1)
        base = foot - height * (0.15 + 0.8 * tier / tiers)
        top = max(base - height * 0.4, foot - height)
        canvas.polygon([(x - width * share, base), (x + width * share, base), (x, top)], canvas.tinted(leaves))


_PAINTERS: tuple[Callable[[_Canvas], None], ...] = (_paint_boats, _paint_flowers, _paint_trees)
