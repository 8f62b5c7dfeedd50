"""The guide that ships inside the program: it is up to date, and everything that it shows is there."""

import re
from pathlib import Path

import pytest
from make_guide import GUIDE, TEXT_NAME, guide_html, make_pictures, picture_name
from PIL import Image

from tlgui.ui.shell.guide_window import PARTS
from tlgui.ui.text.glossary import GLOSSARY

README = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
SHIPPED = (GUIDE / TEXT_NAME).read_text("utf-8")


def test_shipped_guide_says_what_the_readme_says() -> None:
    assert guide_html(README) == SHIPPED, "run packaging/make_guide.py"


def test_every_part_and_every_word_has_its_place() -> None:
    anchors = re.findall(r'<a name="([^"]+)">', SHIPPED)
    assert set(anchors) == {*PARTS, *(f"term-{entry.id}" for entry in GLOSSARY)}
    assert len(set(anchors)) == len(anchors)


def test_guide_leads_nowhere_else() -> None:
    assert "href" not in SHIPPED
    assert "://" not in SHIPPED
    pictures = re.findall(r'src="([^"]+)"', SHIPPED)
    assert len(pictures) == 4
    for name in pictures:
        for scheme in ("light", "dark"):
            assert (GUIDE / name.replace("light", scheme)).is_file()
    assert sum(path.stat().st_size for path in GUIDE.iterdir()) < 600_000


def test_pictures_are_scaled_down(tmp_path: Path) -> None:
    for part in ("photos", "train", "results", "predict"):
        for scheme in ("light", "dark"):
            Image.new("RGB", (1440, 900)).save(tmp_path / f"{part}-{scheme}.png")
    make_pictures(tmp_path, tmp_path)
    with Image.open(tmp_path / picture_name("train", "dark")) as picture:
        assert picture.size == (720, 450)


def test_readme_that_lost_a_part_is_refused() -> None:
    with pytest.raises(ValueError, match="substring"):
        guide_html(README.replace("4. **Predict.**", "4. Naming."))
