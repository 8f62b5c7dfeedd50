"""Random changes to training photos: one affine transform and one change of brightness for each copy.

Turn, shift, slant, zoom and mirroring are composed into a single transform, so that a photo is interpolated once. What
happens to a copy follows from the seed, the photo and the number of the copy alone.
"""

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tlgui.learning.recipe import Augmentation
from tlgui.learning.records import PreviewImage
from tlgui.photos.decode import read_photo
from tlgui.progress import JobContext

FloatArray = NDArray[np.float32]
Matrix = NDArray[np.float64]
PixelArray = NDArray[np.uint8] | FloatArray

_FULL_RANGE = 255.0


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
        transforms = np.stack([transform for transform, _ in drawn])
        brightness = np.array([shift for _, shift in drawn], np.float32)
        changed: FloatArray = self._changed(
            tf.constant(photos, tf.float32), tf.constant(transforms), tf.constant(brightness)
        ).numpy()
        return changed

    def _draw(self, copy: CopyId, height: int, width: int) -> tuple[FloatArray, float]:
        """Return the transform, in the 8 numbers TensorFlow takes, and the change of brightness of one copy."""
        # Every number is drawn whatever the strengths, so that changing one strength leaves the others' changes alone.
        entropy = [self._seed, copy.copy, int.from_bytes(copy.photo, "little")]
        turn, right, down, slant, size, light, mirror = np.random.default_rng(entropy).uniform(-1.0, 1.0, 7)
        settings = self._augmentation
        matrix = _about_centre(
            _turned(math.radians(settings.rotation * turn))
            @ _slanted(math.radians(settings.shear * slant))
            @ _scaled(1.0 + settings.zoom * size)
            @ _mirrored(is_mirrored=settings.flip_horizontal and mirror > 0),
            height,
            width,
        )
        matrix = _shifted(settings.shift_horizontal * right * width, settings.shift_vertical * down * height) @ matrix
        # TensorFlow asks where in the photo each pixel of the result comes from: the way back.
        back = np.linalg.inv(matrix)
        return (back / back[2, 2]).reshape(9)[:8].astype(np.float32), settings.brightness * light * _FULL_RANGE


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
def _change_function(fill_mode: str) -> Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]:
    """Return the changes as a compiled function of photos, transforms and shifts of brightness; kept, for its cost."""

    def change(photos: tf.Tensor, transforms: tf.Tensor, brightness: tf.Tensor) -> tf.Tensor:
        moved = tf.raw_ops.ImageProjectiveTransformV3(
            images=photos,
            transforms=transforms,
            output_shape=tf.shape(photos)[1:3],
            fill_value=0.0,
            interpolation="BILINEAR",
            fill_mode=fill_mode,
        )
        return tf.clip_by_value(moved + brightness[:, None, None, None], 0.0, _FULL_RANGE)

    signature = [tf.TensorSpec(shape, tf.float32) for shape in ([None, None, None, 3], [None, 8], [None])]
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


def _mirrored(*, is_mirrored: bool) -> Matrix:
    return np.diag([-1.0 if is_mirrored else 1.0, 1.0, 1.0])
