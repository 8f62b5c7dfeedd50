"""Makes the guide that ships inside the program: from the README's first ten minutes, the glossary and the screenshots.

Usage: `.venv/bin/python packaging/make_guide.py`, after either of them has changed; a test finds a guide that is out of
date. The text is HTML as `QTextBrowser` reads it; the pictures are the screenshots, light and dark, at a smaller size.
"""

import html
import re
import sys
from pathlib import Path

from markdown_it import MarkdownIt
from PIL import Image

from tlgui.ui.text.glossary import GLOSSARY

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "resources" / "guide"
TEXT_NAME = "guide.html"
PICTURE_WIDTH = 720
_QUALITY = 80
_SCHEMES = ("light", "dark")
# The parts, by their anchors: the first words of each in the README, in its order.
_PARTS = {
    "photos": "2. **Photos.**",
    "train": "3. **Train.**",
    "results": "**Results**",
    "predict": "4. **Predict.**",
    "keep": "5. **Keep it.**",
}
_TITLES = {"photos": "Photos", "train": "Train", "results": "Results", "predict": "Predict", "keep": "Keep it"}
_PICTURED = ("photos", "train", "results", "predict")


def guide_html(readme: str) -> str:
    """Return the text of the guide.

    Args:
        readme: The text of the README.
    """
    pieces = [_part_html(name, text) for name, text in _parts(readme).items()]
    words = "".join(
        f'<p><a name="term-{entry.id}"></a><b>{html.escape(entry.title)}</b>: {html.escape(entry.meaning)}<br>'
        f"<i>{html.escape(entry.example)}</i></p>\n"
        for entry in GLOSSARY
    )
    pieces.append(f'<h1><a name="words"></a>Words</h1>\n{words}')
    return f"<html><head><title>Help</title></head><body>\n{''.join(pieces)}</body></html>\n"


def picture_name(part: str, scheme: str) -> str:
    """Return the name of the picture of a part in the guide's folder."""
    return f"{part}-{scheme}.webp"


def _parts(readme: str) -> dict[str, str]:
    """Return the Markdown of each part, without its first words."""
    section = readme[readme.index("## Your first ten minutes") : readme.index("## The recipes")]
    places = [section.index(first) for first in _PARTS.values()]
    ends = [*places[1:], len(section)]
    return {
        name: re.sub(r"(?m)^ {3}", "", section[place + (len(first) if first[0].isdigit() else 0) : end]).strip()
        for (name, first), place, end in zip(_PARTS.items(), places, ends, strict=True)
    }


def _part_html(name: str, text: str) -> str:
    # Nothing in the guide leads out of it.
    plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    body = MarkdownIt("commonmark").render(plain)
    picture = (
        f'<p><img src="{picture_name(name, "light")}" width="{PICTURE_WIDTH}" style="max-width:100%"></p>\n'
        if name in _PICTURED
        else ""
    )
    return f'<h1><a name="{name}"></a>{_TITLES[name]}</h1>\n{picture}{body}'


def make_pictures(screenshots: Path, folder: Path) -> None:
    """Write the screenshots at the guide's size.

    Args:
        screenshots: The folder of the screenshots.
        folder: Where the pictures go.
    """
    for part in _PICTURED:
        for scheme in _SCHEMES:
            with Image.open(screenshots / f"{part}-{scheme}.png") as picture:
                height = round(picture.height * PICTURE_WIDTH / picture.width)
                small = picture.convert("RGB").resize((PICTURE_WIDTH, height), Image.Resampling.LANCZOS)
            small.save(folder / picture_name(part, scheme), quality=_QUALITY, method=6)


def main() -> int:
    """Make the guide."""
    GUIDE.mkdir(exist_ok=True)
    (GUIDE / TEXT_NAME).write_text(guide_html((ROOT / "README.md").read_text("utf-8")), "utf-8")
    make_pictures(ROOT / "packaging" / "screenshots", GUIDE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
