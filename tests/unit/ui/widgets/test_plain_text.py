"""The window's code shows names through `plain_text` alone: what goes past it is found here, before anybody sees it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tlgui

_ROOT = Path(tlgui.__file__).parent
_HELPER = _ROOT / "ui" / "widgets" / "plain_text.py"
# What shows markup by itself; each has a plain one in `plain_text`, or no place in the window.
_FORMATTING = {"QLabel", "QMessageBox", "QErrorMessage", "QInputDialog", "QProgressDialog", "QTextBrowser", "QToolTip"}
# What may show markup: the program's own guide, labels that escape all but the links that they add themselves, and the
# report, in which every name is escaped.
_OWN_MARKUP = {
    "guide_window.py": {"class GuideBrowser", "setHtml"},
    "report_pdf.py": {"setHtml"},
    "terms.py": {"class TermLabel"},
    # It asks in words of its own, without a name.
    "deciding.py": {"QInputDialog"},
}
_SETTERS = {
    "setAccessibleDescription",
    "setAccessibleName",
    "setDetailedText",
    "setHtml",
    "setStatusTip",
    "setToolTip",
    "setWhatsThis",
    "setWindowTitle",
}


def offences(source: str) -> Iterator[str]:
    """Yield what a module shows past the helper, by its line."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        match node:
            case ast.Call() if _FORMATTING & {_name(node.func), _name(getattr(node.func, "value", node))}:
                yield f"{node.lineno}: {ast.unparse(node.func)}"
            case ast.ClassDef() if _FORMATTING & set(map(_name, node.bases)):
                yield f"{node.lineno}: class {node.name}"
            case ast.Call(func=ast.Attribute(attr=setter)) if setter in _SETTERS:
                if not all(isinstance(argument, ast.Constant) for argument in node.args):
                    yield f"{node.lineno}: {setter}"
    names = {_name(node) for node in ast.walk(tree)}
    if "ToolTipRole" in names and "plain_tip" not in names:
        yield "ToolTipRole without plain_tip"


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


@pytest.mark.parametrize(
    "line",
    [
        "label = QLabel(name)",
        "box = QtWidgets.QMessageBox(parent)",
        "QMessageBox.warning(self, '', name)",
        "class Line(QLabel): pass",
        "self.setToolTip(name)",
        "self.setWindowTitle(f'{name} (1)')",
        "self.text.setAccessibleName(str(path))",
        "if role == Qt.ItemDataRole.ToolTipRole: return name",
    ],
)
def test_what_shows_a_name_past_the_helper_is_found(line: str) -> None:
    assert list(offences(line))


@pytest.mark.parametrize(
    "line", ["label = PlainLabel(name)", "self.setToolTip('Dismiss')", "box.setIcon(QMessageBox.Icon.Question)"]
)
def test_what_cannot_show_markup_is_no_offence(line: str) -> None:
    assert not list(offences(line))


def test_window_shows_names_through_the_helper_alone() -> None:
    modules = [path for path in (*(_ROOT / "ui").rglob("*.py"), _ROOT / "app.py") if path != _HELPER]
    found = {path.name: {line.partition(": ")[2] for line in offences(path.read_text("utf-8"))} for path in modules}
    assert {name: past_it for name, past_it in found.items() if past_it} == _OWN_MARKUP
