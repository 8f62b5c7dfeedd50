"""Random augmentation of training photos: one affine transform and one change of brightness and contrast for each copy.

Crop, rotation, shift, shear, zoom and flips are composed into a single transform, so that a photo is interpolated once.
Augmentation happens in the input pipeline and never inside the network: a Keras model with augmentation layers applies
them when it is called plainly, and exports of it are wrong or invalid. The random numbers of a copy depend only on the
seed, the photo's content and the number of the copy, so that a repeated training gets the same copies.
"""

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tlgui.learning.arrays import FloatArray, PixelArray
from tlgui.learning.recipes.recipe import COPIES, Augmentation
from tlgui.learning.results import PreviewImage
from tlgui.photos.pictures.decode import read_photo
from tlgui.progress import JobContext

Matrix = NDArray[np.float64]

_FULL_RANGE = 255.0
# Largest ratio of a crop's sides, as in the usual random resized crop.
_LARGEST_ASPECT = 4 / 3
_DRAW_COUNT = 13


@dataclass(frozen=True, slots=True)
class CopyId:
    """Identifies one augmented copy of one photo.

    Args:
        photo: Identifies the photo: the digest of its bytes, or an index as bytes.
        copy: The number of the copy, from 1.
    """

    photo: bytes
    copy: int


class Augmenter:
    """Augments photos by a recipe's settings.

    Args:
        augmentation: Which changes, and how large they may be.
        seed: Seed of the random numbers.
    """

    def __init__(self, augmentation: Augmentation, seed: int) -> None:
        self._augmentation = augmentation
        self._seed = seed

    def __call__(self, photos: PixelArray | FloatArray, copies: Sequence[CopyId]) -> FloatArray:
        """Return one augmented copy of each photo.

        Args:
            photos: RGB 0..255, shape (photos, height, width, 3).
            copies: Identifies the copy of each photo; the same one gives the same result again.

        Returns:
            float32 of the same shape, 0..255.
        """
        height, width = photos.shape[1:3]
        parameters = [self._parameters(copy, height, width) for copy in copies]
        transforms = np.stack([each.transform for each in parameters])
        brightness = np.array([each.brightness for each in parameters], np.float32)
        contrast = np.array([each.contrast for each in parameters], np.float32)
        # Made when it is first needed: most trainings need none.
        augment = _augment_function(self._augmentation.fill_mode.upper())
        augmented: FloatArray = augment(
            tf.constant(photos, tf.float32), tf.constant(transforms), tf.constant(brightness), tf.constant(contrast)
        ).numpy()
        return augmented

    def _parameters(self, copy: CopyId, height: int, width: int) -> "_Parameters":
        # All numbers are drawn in a fixed order, so that one setting does not change the effect of the others.
        # A new setting takes its numbers at the end, so that the copies of earlier versions stay the same.
        entropy = [self._seed, copy.copy, int.from_bytes(copy.photo, "little")]
        draws = np.random.default_rng(entropy).uniform(-1.0, 1.0, _DRAW_COUNT)
        rotation, right, down, shear, zoom, brightness, mirror, upside_down, contrast, *crop = draws
        settings = self._augmentation
        # Every second copy, beginning with the first: a random choice would often leave a single copy unchanged.
        is_mirrored = copy.copy % 2 == 1 if settings.when == COPIES else mirror > 0
        matrix = _about_centre(
            _rotation(math.radians(settings.rotation * rotation))
            @ _shear(math.radians(settings.shear * shear))
            @ _scaling(1.0 + settings.zoom * zoom)
            @ _flip(
                horizontal=settings.flip_horizontal and is_mirrored, vertical=settings.flip_vertical and upside_down > 0
            ),
            height,
            width,
        )
        shift = _translation(settings.shift_horizontal * right * width, settings.shift_vertical * down * height)
        matrix = shift @ matrix @ _crop(settings.smallest_crop, crop, height, width)
        # TensorFlow takes the inverse, which maps pixels of the result to places in the photo.
        inverse = np.linalg.inv(matrix)
        transform = (inverse / inverse[2, 2]).reshape(9)[:8].astype(np.float32)
        return _Parameters(transform, settings.brightness * brightness * _FULL_RANGE, settings.contrast * contrast)


@dataclass(frozen=True, slots=True)
class _Parameters:
    """What is done to one copy.

    Args:
        transform: The projective transform from result to photo, shape (8,), as TensorFlow takes it.
        brightness: Added to each value, in 0..255.
        contrast: Relative change of each value's distance from the mean of its channel.
    """

    transform: FloatArray
    brightness: float
    contrast: float


def previews(
    paths: Sequence[Path], augmentation: Augmentation, size: int, seed: int, context: JobContext
) -> tuple[PreviewImage, ...]:
    """Return one augmented picture for each path.

    Args:
        paths: The photos; a photo that is given several times is augmented differently each time.
        augmentation: Which changes, and how large they may be.
        size: Side of the square pictures, in pixels.
        seed: Seed of the random numbers.
        context: Its checkpoint is called before each photo.

    Returns:
        The pictures in the order of `paths`.

    Raises:
        PhotoError: A photo cannot be read.
        Cancelled: The user pressed Stop.
    """
    augmenter = Augmenter(augmentation, seed)
    pictures = []
    for index, path in enumerate(paths):
        context.checkpoint()
        photo = read_photo(path, size)[np.newaxis]
        augmented = augmenter(photo, [CopyId(index.to_bytes(8, "little"), 1)])[0]
        pictures.append(PreviewImage(size, size, np.rint(augmented).astype(np.uint8).tobytes()))
    return tuple(pictures)


@functools.cache
def _augment_function(fill_mode: str) -> Callable[..., tf.Tensor]:
    """Return a compiled function of photos, transforms, brightness and contrast; cached, as tracing takes long."""

    def augment(photos: tf.Tensor, transforms: tf.Tensor, brightness: tf.Tensor, contrast: tf.Tensor) -> tf.Tensor:
        moved = tf.raw_ops.ImageProjectiveTransformV3(
            images=photos,
            transforms=transforms,
            output_shape=tf.shape(photos)[1:3],
            fill_value=0.0,
            interpolation="BILINEAR",
            fill_mode=fill_mode,
        )
        # The mean of each channel stays the same, as in `tf.image.adjust_contrast`.
        deviation = moved - tf.reduce_mean(moved, axis=[1, 2], keepdims=True)
        contrasted = moved + deviation * contrast[:, None, None, None]
        return tf.clip_by_value(contrasted + brightness[:, None, None, None], 0.0, _FULL_RANGE)

    signature = [tf.TensorSpec(shape, tf.float32) for shape in ([None, None, None, 3], [None, 8], [None], [None])]
    function = tf.function(augment, input_signature=signature, autograph=False)
    compiled: Callable[..., tf.Tensor] = function.get_concrete_function()
    return compiled


def _about_centre(matrix: Matrix, height: int, width: int) -> Matrix:
    x, y = (width - 1) / 2, (height - 1) / 2
    return _translation(x, y) @ matrix @ _translation(-x, -y)


def _translation(x: float, y: float) -> Matrix:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])


def _rotation(angle: float) -> Matrix:
    return np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])


def _shear(angle: float) -> Matrix:
    return np.array([[1, math.tan(angle), 0], [0, 1, 0], [0, 0, 1]])


def _scaling(factor: float) -> Matrix:
    return np.diag([factor, factor, 1.0])


def _flip(*, horizontal: bool, vertical: bool) -> Matrix:
    return np.diag([-1.0 if horizontal else 1.0, -1.0 if vertical else 1.0, 1.0])


def _crop(smallest_area: float, draws: Sequence[float], height: int, width: int) -> Matrix:
    """Return the transform that enlarges a random part of the photo to the whole picture, so that nothing is filled in.

    Args:
        smallest_area: Smallest share of the photo's area, 0..1.
        draws: Four random numbers, -1..1, for area, aspect ratio, and both offsets.
        height: Of the photo, in pixels.
        width: Of the photo, in pixels.
    """
    area, aspect, x, y = draws
    share = smallest_area + (1.0 - smallest_area) * (area + 1.0) / 2
    # A large part must be nearly square to fit into the photo.
    stretch = math.exp(aspect * min(math.log(_LARGEST_ASPECT), -math.log(share)) / 2)
    across, down = math.sqrt(share) * stretch, math.sqrt(share) / stretch
    left, top = ((1.0 - side) * (draw + 1.0) / 2 for side, draw in ((across, x), (down, y)))
    return np.diag([1 / across, 1 / down, 1.0]) @ _translation(-left * (width - 1), -top * (height - 1))
