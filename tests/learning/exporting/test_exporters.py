"""Every export format, loaded in the runtime of its users: its probabilities and its class names."""

import io
import json
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Iterator
from pathlib import Path

import flatbuffers
import keras
import numpy as np
import onnx
import onnxruntime
import pytest
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from flatbuffers.table import Table
from numpy.typing import NDArray

from tests.learning.models import CLASS_NAMES, KERAS_SAVE_WARNING, SIZE, write_small_model
from tests.pictures import write_collection
from tlgui.exporting.export import export
from tlgui.exporting.export_formats import FORMATS, format_by_id, labels_path
from tlgui.exporting.exporters import EXPORTERS
from tlgui.exporting.labels import labels_bytes, labels_inside
from tlgui.learning.model_file.tlmodel import LoadedModel, load_model
from tlgui.learning.results import ExportResult
from tlgui.progress import JobContext

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

FORMAT_IDS = tuple(EXPORTERS)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return load_model(write_small_model(tmp_path_factory.mktemp("model") / "birds.tlmodel"))


@pytest.fixture(scope="module")
def exports(model: LoadedModel, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ExportResult]:
    """Return one export of each format, compared on photos."""
    folder = tmp_path_factory.mktemp("exports")
    photos = sorted(write_collection(folder / "photos", 3, 7, size=60).rglob("*.jpg"))
    return {item.id: export(model, item.id, target_of(folder, item.id), photos, JobContext()) for item in FORMATS}


def target_of(folder: Path, format_id: str) -> Path:
    return folder / f"birds-{format_id}{format_by_id(format_id).suffix}"


def some_pictures(count: int = 5) -> NDArray[np.float32]:
    return np.random.default_rng(7).integers(0, 256, (count, SIZE, SIZE, 3)).astype(np.float32)


# --- probabilities and class names


@pytest.mark.parametrize("format_id", FORMAT_IDS)
def test_export_agrees_with_the_model(format_id: str, exports: dict[str, ExportResult]) -> None:
    result = exports[format_id]
    assert result.largest_difference <= EXPORTERS[format_id].tolerance
    assert result.compared_count == 21
    assert not result.used_drawn_pictures
    assert result.format_id == format_id
    assert result.path.exists()
    files = [result.path] if result.path.is_file() else [path for path in result.path.rglob("*") if path.is_file()]
    assert result.size_bytes == sum(path.stat().st_size for path in files)


@pytest.mark.parametrize("format_id", [name for name in FORMAT_IDS if name != "savedmodel"])
def test_class_names_lie_beside_the_export_and_in_it(format_id: str, exports: dict[str, ExportResult]) -> None:
    labels = labels_path(exports[format_id].path)
    assert labels.read_text(encoding="utf-8").splitlines() == list(CLASS_NAMES)
    assert labels_inside(exports[format_id].path) == labels.read_bytes()


def test_keras_export_is_a_plain_keras_file(exports: dict[str, ExportResult], model: LoadedModel) -> None:
    network = keras.saving.load_model(exports["keras"].path)
    np.testing.assert_allclose(network.predict_on_batch(some_pictures()), model.predict(some_pictures()), atol=1e-5)
    probabilities = np.eye(3, dtype=np.float32)
    unchanged = network.get_layer("class_names")(probabilities, training=True)
    np.testing.assert_array_equal(np.asarray(unchanged), probabilities)


_READ_NAMES = """
    import json, sys
    import keras
    model = keras.saving.load_model(sys.argv[1])
    assert not any(name.split(".")[0] == "tlgui" for name in sys.modules)
    print(json.dumps(list(model.get_layer("class_names").seed)))
"""


def test_class_names_of_a_keras_export_are_read_without_tlgui(tmp_path: Path) -> None:
    names = ("black/white", "two\nlines", "party 👩‍👩‍👧", "bad \udcff byte", " spaces ")
    odd = load_model(write_small_model(tmp_path / "birds.tlmodel", names))
    export(odd, "keras", tmp_path / "birds.keras", (), JobContext())

    read = subprocess.run(
        [sys.executable, "-I", "-c", textwrap.dedent(_READ_NAMES), str(tmp_path / "birds.keras")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=tmp_path,
    )

    assert read.returncode == 0, read.stderr
    assert tuple(json.loads(read.stdout.splitlines()[-1])) == names


@pytest.mark.parametrize("format_id", ["keras", "savedmodel", "onnx"])
def test_class_names_of_one_export_never_replace_those_of_another(format_id: str, tmp_path: Path) -> None:
    suffix = format_by_id(format_id).suffix
    for version, names in (("v1", ("robin", "wren", "owl")), ("v2", ("tit", "kite", "crow"))):
        birds = load_model(write_small_model(tmp_path / f"birds.{version}.tlmodel", names))
        export(birds, format_id, tmp_path / f"birds.{version}{suffix}", (), JobContext())

    for version, names in (("v1", ("robin", "wren", "owl")), ("v2", ("tit", "kite", "crow"))):
        target = tmp_path / f"birds.{version}{suffix}"
        if target.is_dir():
            assert (target / "assets" / "labels.txt").read_text().splitlines() == list(names)
        else:
            assert labels_path(target).name == f"birds.{version}{suffix}.labels.txt"
            assert labels_path(target).read_text().splitlines() == list(names)
            assert labels_inside(target) == labels_path(target).read_bytes()


def test_saved_model_serves_floats_and_whole_numbers_and_its_class_names(
    exports: dict[str, ExportResult], model: LoadedModel
) -> None:
    loaded = tf.saved_model.load(str(exports["savedmodel"].path))
    expected = model.predict(some_pictures())
    floats = loaded.signatures["serving_default"](image=tf.constant(some_pictures()))
    whole = loaded.signatures["serving_uint8"](image=tf.constant(some_pictures().astype(np.uint8)))
    assert set(floats) == set(whole) == {"probabilities"}
    np.testing.assert_allclose(floats["probabilities"].numpy(), expected, atol=1e-5)
    np.testing.assert_allclose(whole["probabilities"].numpy(), expected, atol=1e-5)
    names = loaded.signatures["class_names"]()["class_names"].numpy()
    assert [name.decode() for name in names] == list(CLASS_NAMES)
    assets = exports["savedmodel"].path / "assets" / "labels.txt"
    assert assets.read_text(encoding="utf-8").splitlines() == list(CLASS_NAMES)


def test_saved_model_holds_each_weight_once(exports: dict[str, ExportResult], model: LoadedModel) -> None:
    weights = sum(array.nbytes for array in model.model.get_weights())
    (data,) = (exports["savedmodel"].path / "variables").glob("variables.data-*")
    assert weights <= data.stat().st_size < 1.9 * weights


@pytest.mark.parametrize("format_id", ["tflite", "tflite-float16"])
@pytest.mark.parametrize("count", [1, 5])
def test_tflite_runs_in_litert(
    format_id: str, count: int, exports: dict[str, ExportResult], model: LoadedModel
) -> None:
    run = Interpreter(model_path=str(exports[format_id].path)).get_signature_runner("serving_default")
    found = run(image=some_pictures(count))["probabilities"]
    np.testing.assert_allclose(found, model.predict(some_pictures(count)), atol=EXPORTERS[format_id].tolerance)


def test_half_size_tflite_holds_half_precision(exports: dict[str, ExportResult]) -> None:
    kinds = {
        format_id: {tensor.Type() for tensor in tensors_of(exports[format_id].path)}
        for format_id in ("tflite", "tflite-float16")
    }
    assert schema.TensorType.FLOAT16 not in kinds["tflite"]
    assert schema.TensorType.FLOAT16 in kinds["tflite-float16"]


def tensors_of(path: Path) -> Iterator[schema.Tensor]:
    graph = schema.Model.GetRootAs(path.read_bytes(), 0).Subgraphs(0)
    return (graph.Tensors(number) for number in range(graph.TensorsLength()))


@pytest.mark.parametrize("format_id", ["tflite", "tflite-float16"])
def test_tflite_carries_its_class_names_as_the_standard_says(format_id: str, exports: dict[str, ExportResult]) -> None:
    data = exports[format_id].path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("labels.txt").decode().splitlines() == list(CLASS_NAMES)
    metadata = metadata_of(data)
    assert metadata[4:8] == b"M001"
    # ModelMetadata.subgraph_metadata[0], then its input and output tensors, read by their places in the schema.
    root = Table(metadata, flatbuffers.encode.Get(flatbuffers.packer.uoffset, metadata, 0))
    subgraph = table_in(root, 3)
    picture, probabilities = table_in(subgraph, 2), table_in(subgraph, 3)
    assert text_in(picture, 0) == "image"
    assert text_in(probabilities, 0) == "probabilities"
    labels = table_in(probabilities, 6)
    assert text_in(labels, 0) == "labels.txt"
    assert labels.Get(flatbuffers.number_types.Int8Flags, labels.Pos + labels.Offset(8)) == 2


def metadata_of(data: bytes) -> bytes:
    tree = schema.Model.GetRootAs(data, 0)
    for number in range(tree.MetadataLength()):
        if tree.Metadata(number).Name() == b"TFLITE_METADATA":
            return bytes(tree.Buffers(tree.Metadata(number).Buffer()).DataAsNumpy())
    pytest.fail("no metadata")


def table_in(table: Table, slot: int) -> Table:
    """Return the first table of the vector in a slot."""
    return Table(table.Bytes, table.Indirect(table.Vector(table.Offset(4 + 2 * slot))))


def text_in(table: Table, slot: int) -> str:
    return str(table.String(table.Pos + table.Offset(4 + 2 * slot)).decode())


def test_onnx_runs_in_onnx_runtime_and_carries_its_class_names(
    exports: dict[str, ExportResult], model: LoadedModel
) -> None:
    path = str(exports["onnx"].path)
    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for count in (1, 5):
        (found,) = session.run(["probabilities"], {"image": some_pictures(count)})
        np.testing.assert_allclose(found, model.predict(some_pictures(count)), atol=1e-5)
    assert session.get_inputs()[0].shape == ["batch", SIZE, SIZE, 3]
    assert json.loads(session.get_modelmeta().custom_metadata_map["class_names"]) == list(CLASS_NAMES)


def test_labels_keep_one_line_for_each_name() -> None:
    names = ("two\nlines", "plain", "party 👩‍👩‍👧", "\udcff")
    assert labels_bytes(names).decode() == "two\\x0alines\nplain\nparty 👩‍👩‍👧\n\\xff\n"
