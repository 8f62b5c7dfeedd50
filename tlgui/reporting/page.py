"""Writes a report as one HTML page: for a browser, in light and dark, or for print with Qt's few rules of CSS.

Nothing in it is fetched: pictures are part of the page, and the browser is told to load nothing. Every name is escaped.
"""

import base64
import functools
import html
from collections.abc import Callable, Iterator

from tlgui.photos.names import one_line
from tlgui.reporting.blocks import BAR, FAINT, INK, Block, Drawing, Gallery, Picture, Points, Report, Table, Text

GENERATOR = '<meta name="generator" content="tlgui">'
"""The line near the beginning of every page by which it is known as a report."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --text: #1a1e23; --quiet: #565e68; --line: #dce1e7;
  --raised: #f4f6f8; --bar: #0072b2; --faint: #b9c1ca; }
@media (prefers-color-scheme: dark) { :root { --page: #1c1f24; --text: #eceff2; --quiet: #aab2bc; --line: #383e46;
  --raised: #25292f; --bar: #56b4e9; --faint: #5b646e; } }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 50rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; }
.lead { font-size: 1.15rem; margin: 0 0 1rem; }
p { margin: .4rem 0; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--quiet); font-weight: 600; font-size: .9rem; }
tbody th { font-weight: 400; min-width: 9rem; }
.figures td, .figures thead th:not(:first-child) { text-align: right; white-space: nowrap; padding-right: 0;
  padding-left: .6rem; }
.facts th { color: var(--quiet); width: 12rem; }
li { margin: .3rem 0; }
svg { max-width: 100%; height: auto; }
.gallery { display: flex; flex-wrap: wrap; gap: 1rem; margin: .8rem 0; padding: 0; list-style: none; }
.gallery li { width: 9rem; margin: 0; font-size: .85rem; line-height: 1.35; }
.gallery img, .gallery .none { display: block; width: 9rem; height: 9rem; object-fit: contain; margin-bottom: .3rem;
  background: var(--raised); border-radius: .3rem; }
@media print { body { max-width: none; padding: 0; } h2 { break-after: avoid; } tr, .gallery li, svg {
  break-inside: avoid; } }
"""
# Qt knows no variables, and lays out boxes beside each other only in tables.
_PRINT_STYLE = """
body { color: #1a1e23; font-size: 10pt; }
h1 { font-size: 20pt; margin-bottom: 6px; }
h2 { font-size: 13pt; margin-top: 24px; margin-bottom: 6px; }
.lead { font-size: 12pt; margin-bottom: 10px; }
p { margin-top: 2px; margin-bottom: 6px; }
li { margin-bottom: 4px; }
table.rows { margin-top: 6px; margin-bottom: 6px; }
th, td { text-align: left; }
th.head { color: #565e68; font-size: 9pt; }
th.name { font-weight: normal; }
.caption { font-size: 8pt; }
"""
_PRINT_COLOURS = {INK: "#1a1e23", BAR: "#0072b2", FAINT: "#b9c1ca"}
_PRINT_COLUMNS, _PRINT_SIDE = 4, 130


def browser_page(report: Report) -> str:
    """Return a report as an HTML page that looks the same without a network."""
    title = _escaped(report.title)
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        GENERATOR,
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        "<body>",
        *_body(report, _browser_block),
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def print_page(report: Report) -> str:
    """Return a report as an HTML page for `QTextDocument`; drawings are images with the sources of `print_drawings`."""
    sources = iter(print_drawings(report))
    block = functools.partial(_print_block, sources=sources)
    return "\n".join(
        [f"<html><head><style>{_PRINT_STYLE}</style></head><body>", *_body(report, block), "</body></html>"]
    )


def print_drawings(report: Report) -> dict[str, str]:
    """Return the drawings of a report as SVG files, by the source under which `print_page` names them."""
    drawings = [block for part in report.sections for block in part.blocks if isinstance(block, Drawing)]
    return {f"drawing:{number}": _svg_file(drawing) for number, drawing in enumerate(drawings)}


def _body(report: Report, write: Callable[[Block], Iterator[str]]) -> Iterator[str]:
    yield f"<h1>{_escaped(report.title)}</h1>"
    yield f'<p class="lead">{_escaped(report.lead)}</p>'
    for part in report.sections:
        yield f"<h2>{_escaped(part.title)}</h2>"
        for block in part.blocks:
            yield from write(block)


def _browser_block(block: Block) -> Iterator[str]:
    if isinstance(block, Text):
        yield from _paragraphs(block)
    elif isinstance(block, Points):
        yield from _points(block)
    elif isinstance(block, Table):
        yield from _browser_table(block)
    elif isinstance(block, Drawing):
        start = f'<svg role="img" aria-label="{_escaped(block.words)}"'
        yield block.svg.replace("<svg", start, 1)
    else:
        yield '<ul class="gallery">'
        for picture in block.pictures:
            shown = _image(picture, "") if picture.jpeg else '<span class="none"></span>'
            yield f"<li>{shown}{'<br>'.join(map(_escaped, picture.caption))}</li>"
        yield "</ul>"


def _print_block(block: Block, sources: Iterator[str]) -> Iterator[str]:
    if isinstance(block, Text):
        yield from _paragraphs(block)
    elif isinstance(block, Points):
        yield from _points(block)
    elif isinstance(block, Table):
        yield from _print_table(block)
    elif isinstance(block, Drawing):
        yield f'<p><img src="{next(sources)}" width="{block.width}" height="{block.height}"></p>'
    else:
        yield from _print_gallery(block)


def _paragraphs(block: Text) -> Iterator[str]:
    return (f"<p>{_escaped(paragraph)}</p>" for paragraph in block.paragraphs)


def _points(block: Points) -> Iterator[str]:
    yield "<ul>"
    yield from (f"<li>{_escaped(sentence)}</li>" for sentence in block.sentences)
    yield "</ul>"


def _browser_table(table: Table) -> Iterator[str]:
    yield f'<table class="{"figures" if table.has_figures else "facts"}">'
    if any(table.headings):
        headings = "".join(f'<th scope="col">{_escaped(heading)}</th>' for heading in table.headings)
        yield f"<thead><tr>{headings}</tr></thead>"
    yield "<tbody>"
    for name, *cells in table.rows:
        rest = "".join(f"<td>{_escaped(cell)}</td>" for cell in cells)
        yield f'<tr><th scope="row">{_escaped(name)}</th>{rest}</tr>'
    yield "</tbody>"
    yield "</table>"


def _print_table(table: Table) -> Iterator[str]:
    align = ' align="right"' if table.has_figures else ""
    yield '<table class="rows" width="100%" cellspacing="0" cellpadding="3">'
    if any(table.headings):
        first, *others = table.headings
        rest = "".join(f'<th class="head"{align}>{_escaped(heading)}</th>' for heading in others)
        yield f'<thead><tr><th class="head">{_escaped(first)}</th>{rest}</tr></thead>'
    for number, (name, *cells) in enumerate(table.rows):
        shade = ' bgcolor="#f4f6f8"' if number % 2 == 0 else ""
        width = "" if table.has_figures else ' width="24%"'
        rest = "".join(f"<td{align}>{_escaped(cell)}</td>" for cell in cells)
        yield f'<tr{shade}><th class="name"{width}>{_escaped(name)}</th>{rest}</tr>'
    yield "</table>"


def _print_gallery(gallery: Gallery) -> Iterator[str]:
    for start in range(0, len(gallery.pictures), _PRINT_COLUMNS):
        row = gallery.pictures[start : start + _PRINT_COLUMNS]
        cells = "".join(f'<td width="25%" valign="bottom">{_print_picture(picture)}</td>' for picture in row)
        cells += '<td width="25%"></td>' * (_PRINT_COLUMNS - len(row))
        # A table each, so that a page can end between two rows: within one, Qt would part pictures from captions.
        yield f'<table width="100%" cellspacing="4" cellpadding="2"><tr>{cells}</tr></table>'


def _print_picture(picture: Picture) -> str:
    scale = _PRINT_SIDE / max(picture.width, picture.height, 1)
    size = f' width="{max(1, round(picture.width * scale))}" height="{max(1, round(picture.height * scale))}"'
    shown = f"{_image(picture, size)}<br>" if picture.jpeg else ""
    return f'{shown}<span class="caption">{"<br>".join(map(_escaped, picture.caption))}</span>'


def _image(picture: Picture, size: str) -> str:
    # The caption beside it says what it is.
    return f'<img alt="" src="data:image/jpeg;base64,{base64.b64encode(picture.jpeg).decode()}"{size}>'


def _svg_file(drawing: Drawing) -> str:
    svg = drawing.svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    for name, colour in _PRINT_COLOURS.items():
        svg = svg.replace(name, colour)
    return svg


def _escaped(plain: str) -> str:
    return html.escape(one_line(plain))
