"""The examples in docstrings run and print what they promise."""

import doctest
import importlib
from pathlib import Path

import pytest

import tlgui

_ROOT = Path(tlgui.__file__).parent
_LEAST = 12


def _modules_with_examples() -> list[str]:
    paths = (path for path in sorted(_ROOT.rglob("*.py")) if ">>> " in path.read_text("utf-8"))
    return [".".join(path.relative_to(_ROOT.parent).with_suffix("").parts).removesuffix(".__init__") for path in paths]


@pytest.mark.parametrize("name", _modules_with_examples())
def test_examples_of_a_module_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.attempted
    assert not result.failed


def test_examples_exist_for_what_others_start_from() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    modules = map(importlib.import_module, _modules_with_examples())
    assert sum(bool(test.examples) for module in modules for test in finder.find(module)) >= _LEAST
