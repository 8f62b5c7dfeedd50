"""A model file carries its network as ONNX, with which photos are named without TensorFlow."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.learning.models import CLASS_NAMES, KERAS_SAVE_WARNING, SIZE, members_of, rewrite, write_small_model
from tlgui.learning.model_file.archive import ONNX_NETWORK
from tlgui.learning.model_file.manifest import FORMAT_VERSION
from tlgui.learning.model_file.prediction_model import load_prediction_model
from tlgui.learning.model_file.tlmodel import add_onnx_network, load_model

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)


def _earlier(path: Path) -> Path:
    """Write a model file as version 2 was."""
    rewrite(write_small_model(path), {ONNX_NETWORK: None})
    manifest = json.loads(members_of(path)["manifest.json"]) | {"format_version": 2}
    return rewrite(path, {"manifest.json": json.dumps(manifest).encode()})


def test_earlier_file_gets_its_onnx_network_and_keeps_all_else(tmp_path: Path) -> None:
    path = _earlier(tmp_path / "birds.tlmodel")
    before = members_of(path)
    assert load_prediction_model(path) is None

    assert add_onnx_network(path)

    after = members_of(path)
    assert {name: after[name] for name in ("model.keras", "history.json")} == {
        name: before[name] for name in ("model.keras", "history.json")
    }
    kept = json.loads(after["manifest.json"])
    assert kept["class_names"] == list(CLASS_NAMES)
    assert kept["format_version"] == FORMAT_VERSION
    light, whole = load_prediction_model(path), load_model(path)
    assert light is not None
    assert light.summary == whole.summary
    pictures = np.random.default_rng(3).uniform(0, 255, (9, SIZE, SIZE, 3)).astype(np.float32)
    np.testing.assert_allclose(light.predict(pictures), whole.predict(pictures), atol=1e-5)


def test_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    path = write_small_model(tmp_path / "birds.tlmodel")
    add_onnx_network(path)
    script = (
        "import sys; from pathlib import Path;"
        "from tlgui.learning.model_file.prediction_model import load_prediction_model as load;"
        "assert load(Path(sys.argv[1])) is not None;"
        "print({'tensorflow', 'keras', 'tf2onnx', 'onnx', 'h5py'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
