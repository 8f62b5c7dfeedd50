"""Draws the small photos that earlier versions were given."""

from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 48


def draw(path: Path, colour: tuple[int, int, int], random: np.random.Generator) -> None:
    """Draw a small photo around a colour."""
    noise = random.normal(0, 25, (6, 6, 3)) + np.asarray(colour)
    small = Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))
    small.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(path, quality=80)
