"""What the README names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_paths_in_how_it_is_built_exist() -> None:
    section = README[README.index("## How it is built") : README.index("### Measured")]
    paths = re.findall(r"`([a-z_]+/[a-z_/.]*)`", section)
    assert len(paths) > 20
    assert not [path for path in paths if not ((ROOT / "tlgui" / path).exists() or (ROOT / path).exists())]


def test_pictures_exist() -> None:
    pictures = re.findall(r"packaging/screenshots/[a-z-]+\.png", README)
    assert pictures
    assert not [path for path in pictures if not (ROOT / path).is_file()]
