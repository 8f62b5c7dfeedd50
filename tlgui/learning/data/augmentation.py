"""Random changes to training photos: one affine transform and one change of the shades for each copy.

Crop, turn, shift, slant, zoom and mirroring are composed into a single transform, so that a photo is interpolated once.
What happens to a copy follows from the seed, the photo and the number of the copy alone.
"""

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tlgui.learning.recipes.recipe import COPIES, Augmentation
from tlgui.learning.results import PreviewImage
from tlgui.photos.pictures.decode import read_photo
from tlgui.progress import JobContext

FloatArray = NDArray[np.float32]
Matrix = NDArray[np.float64]
PixelArray = NDArray[np.uint8] | FloatArray

_FULL_RANGE = 255.0
# The sides of a crop may differ by this much, as in the usual random resized crop.
_LARGEST_ASPECT = 4 / 3
_DRAW_COUNT = 13


@dataclass(frozen=True, slots=True)
class CopyId:
    """Which changed copy of which photo.

    Args:
        photo: What tells the photo from others: a digest of its bytes, or its place as bytes.
        copy: The number of the copy, from 1.
    """

    photo: bytes
    copy: int


class Augmenter:
    """Changes photos as a recipe asks.

    Args:
        augmentation: How much of what.
        seed: Other seeds give other changes.
    """

    def __init__(self, augmentation: Augmentation, seed: int) -> None:
        self._augmentation = augmentation
        self._seed = seed
        self._changed = _change_function(augmentation.fill_mode.upper())

    def __call__(self, photos: PixelArray, copies: Sequence[CopyId]) -> FloatArray:
        """Return one changed copy of each photo.

        Args:
            photos: RGB 0..255, shape (photos, height, width, 3).
            copies: Which copy of which photo each is to be; the same copy is changed the same way again.

        Returns:
            float32 of the same shape, 0..255.
        """
        height, width = photos.shape[1:3]
        drawn = [self._draw(copy, height, width) for copy in copies]
        transforms = np.stack([changes.transform for changes in drawn])
        brightness = np.array([changes.brightness for changes in drawn], np.float32)
        contrast = np.array([changes.contrast for changes in drawn], np.float32)
        changed: FloatArray = self._changed(
            tf.constant(photos, tf.float32), tf.constant(transforms), tf.constant(brightness), tf.constant(contrast)
        ).numpy()
        return changed

    def _draw(self, copy: CopyId, height: int, width: int) -> "_Changes":
        # Every number is drawn whatever the strengths, so that changing one strength leaves the others' changes alone.
        # New ones come last, so that copies stay what they were.
        entropy = [self._seed, copy.copy, int.from_bytes(copy.photo, "little")]
        draws = np.random.default_rng(entropy).uniform(-1.0, 1.0, _DRAW_COUNT)
        turn, right, down, slant, size, light, mirror, upturn, clarity, *crop = draws
        settings = self._augmentation
        # Every other copy, the first one too: a single copy that only may be mirrored is often the photo once more.
        is_mirror = copy.copy % 2 == 1 if settings.when == COPIES else mirror > 0
        matrix = _about_centre(
            _turned(math.radians(settings.rotation * turn))
            @ _slanted(math.radians(settings.shear * slant))
            @ _scaled(1.0 + settings.zoom * size)
            @ _mirrored(
                is_across=settings.flip_horizontal and is_mirror, is_upside_down=settings.flip_vertical and upturn > 0
            ),
            height,
            width,
        )
        matrix = _shifted(settings.shift_horizontal * right * width, settings.shift_vertical * down * height) @ matrix
        matrix = matrix @ _cropped(settings.smallest_crop, crop, height, width)
        # TensorFlow asks where in the photo each pixel of the result comes from: the way back.
        back = np.linalg.inv(matrix)
        transform = (back / back[2, 2]).reshape(9)[:8].astype(np.float32)
        return _Changes(transform, settings.brightness * light * _FULL_RANGE, settings.contrast * clarity)


@dataclass(frozen=True, slots=True)
class _Changes:
    """What happens to one copy.

    Args:
        transform: Where each of its pixels comes from, in the 8 numbers that TensorFlow takes.
        brightness: What is added to each pixel.
        contrast: By which share pixels move away from the mean.
    """

    transform: FloatArray
    brightness: float
    contrast: float


def previews(
    paths: Sequence[Path], augmentation: Augmentation, size: int, seed: int, context: JobContext
) -> tuple[PreviewImage, ...]:
    """Return one changed picture for each path, in order.

    Args:
        paths: The photos; the same one may come several times, and is changed another way each time.
        augmentation: How much of what.
        size: Side of the pictures, in pixels.
        seed: Other seeds give other changes.
        context: Asked before each photo whether to go on.

    Raises:
        PhotoError: A photo cannot be read.
        Cancelled: The user pressed Stop.
    """
    augmenter = Augmenter(augmentation, seed)
    pictures = []
    for place, path in enumerate(paths):
        context.checkpoint()
        photo = read_photo(path, size)[np.newaxis]
        changed = augmenter(photo, [CopyId(place.to_bytes(8, "little"), 1)])[0]
        pictures.append(PreviewImage(size, size, np.rint(changed).astype(np.uint8).tobytes()))
    return tuple(pictures)


@functools.cache
def _change_function(fill_mode: str) -> Callable[..., tf.Tensor]:
    """Return the changes as a compiled function of photos, transforms, brightness and contrast; kept, for its cost."""

    def change(photos: tf.Tensor, transforms: tf.Tensor, brightness: tf.Tensor, contrast: tf.Tensor) -> tf.Tensor:
        moved = tf.raw_ops.ImageProjectiveTransformV3(
            images=photos,
            transforms=transforms,
            output_shape=tf.shape(photos)[1:3],
            fill_value=0.0,
            interpolation="BILINEAR",
            fill_mode=fill_mode,
        )
        # The mean of each channel stays as it is, as in `tf.image.adjust_contrast`.
        away = (moved - tf.reduce_mean(moved, axis=[1, 2], keepdims=True)) * contrast[:, None, None, None]
        return tf.clip_by_value(moved + away + brightness[:, None, None, None], 0.0, _FULL_RANGE)

    signature = [tf.TensorSpec(shape, tf.float32) for shape in ([None, None, None, 3], [None, 8], [None], [None])]
    compiled: Callable[..., tf.Tensor] = tf.function(change, input_signature=signature).get_concrete_function()
    return compiled


def _about_centre(matrix: Matrix, height: int, width: int) -> Matrix:
    x, y = (width - 1) / 2, (height - 1) / 2
    return _shifted(x, y) @ matrix @ _shifted(-x, -y)


def _shifted(x: float, y: float) -> Matrix:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])


def _turned(angle: float) -> Matrix:
    return np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])


def _slanted(angle: float) -> Matrix:
    return np.array([[1, math.tan(angle), 0], [0, 1, 0], [0, 0, 1]])


def _scaled(factor: float) -> Matrix:
    return np.diag([factor, factor, 1.0])


def _mirrored(*, is_across: bool, is_upside_down: bool) -> Matrix:
    return np.diag([-1.0 if is_across else 1.0, -1.0 if is_upside_down else 1.0, 1.0])


def _cropped(smallest: float, draws: Sequence[float], height: int, width: int) -> Matrix:
    """Return what makes the whole picture of a part of it: corners on corners, so that nothing is filled in."""
    area, aspect, x, y = draws
    share = smallest + (1.0 - smallest) * (area + 1.0) / 2
    # A large part cannot be much wider than high, or it would not fit into the photo.
    stretch = math.exp(aspect * min(math.log(_LARGEST_ASPECT), -math.log(share)) / 2)
    across, down = math.sqrt(share) * stretch, math.sqrt(share) / stretch
    left, top = ((1.0 - side) * (draw + 1.0) / 2 for side, draw in ((across, x), (down, y)))
    return np.diag([1 / across, 1 / down, 1.0]) @ _shifted(-left * (width - 1), -top * (height - 1))
