"""The list of export formats, which dialog and command line read without TensorFlow."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from tlgui.exporting.export_formats import FORMATS, format_by_id, labels_path


def test_formats_are_those_the_command_line_promises() -> None:
    assert [item.id for item in FORMATS] == ["keras", "savedmodel", "tflite", "tflite-float16", "onnx"]
    assert [item.suffix for item in FORMATS] == [".keras", "", ".tflite", ".tflite", ".onnx"]


def test_formats_can_be_told_apart_on_screen() -> None:
    assert len({item.title for item in FORMATS}) == len(FORMATS)
    assert all(item.description.endswith(".") for item in FORMATS)


def test_only_the_saved_model_is_a_folder() -> None:
    assert [item.id for item in FORMATS if item.is_folder] == ["savedmodel"]


def test_format_is_found_by_its_id() -> None:
    assert format_by_id("onnx") is FORMATS[-1]
    with pytest.raises(KeyError):
        format_by_id("paper")


def test_format_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        FORMATS[0].title = "mine"  # type: ignore[misc] # that is what is tested


@pytest.mark.parametrize(
    ("target", "labels"),
    [
        ("birds.onnx", "birds.onnx.labels.txt"),
        ("birds.v2.tflite", "birds.v2.tflite.labels.txt"),
    ],
)
def test_labels_lie_beside_the_export(target: str, labels: str) -> None:
    assert labels_path(Path("folder") / target) == Path("folder") / labels


def test_catalog_loads_nothing_heavy() -> None:
    program = (
        "import sys, tlgui.exporting.export_formats; print({'numpy', 'keras', 'tensorflow', 'onnx'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.strip() == "set()"
