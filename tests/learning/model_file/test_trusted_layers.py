"""`.tlmodel` files that were damaged or manipulated: each is refused with a message before Keras reads it."""

import json
import math
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.learning.models import (
    KERAS_SAVE_WARNING,
    SIZE,
    Json,
    change_manifest,
    change_network,
    members_of,
    rewrite,
    some_summary,
    zip_bytes,
)
from tlgui.errors import ModelFileError
from tlgui.learning.model_file.archive import read_summary
from tlgui.learning.model_file.manifest import FORMAT_VERSION
from tlgui.learning.model_file.tlmodel import load_model, write_model

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)


def refusal(path: Path) -> ModelFileError:
    """Return the error for a file, having checked that it names the file and has a hint."""
    with pytest.raises(ModelFileError) as caught:
        load_model(path)
    assert path.name in caught.value.message
    assert caught.value.hint
    return caught.value


# --- damaged and foreign files


def test_missing_file_is_named(tmp_path: Path) -> None:
    assert "not there" in refusal(tmp_path / "birds.tlmodel").message


def test_folder_is_refused(tmp_path: Path) -> None:
    refusal(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a model at all " * 100, b"\0" * 1000])
def test_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.tlmodel"
    path.write_bytes(content)
    assert "no model at all" in refusal(path).message


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_truncated_file_is_refused(model_path: Path, original: bytes, share: float) -> None:
    model_path.write_bytes(original[: int(len(original) * share)])
    problem = refusal(model_path)
    assert "cut off" in problem.message
    assert "again" in problem.hint


def test_damaged_byte_is_noticed_wherever_it_is(model_path: Path, original: bytes) -> None:
    intact = some_summary(model_path)
    places = np.random.default_rng(1).integers(0, len(original), 150)
    for place in places:
        changed = bytearray(original)
        changed[place] ^= 0x10
        model_path.write_bytes(changed)
        try:
            summary = read_summary(model_path)
        except ModelFileError:
            continue
        # A zip has bytes without effect, such as the times of its members; they must not change what is read.
        assert summary == intact


@pytest.mark.parametrize("name", ["../evil.json", "/evil.json", "C:evil", "a/b.json", "..", "", "x\0y", "évil"])
def test_name_that_leads_elsewhere_is_refused(model_path: Path, name: str) -> None:
    members = members_of(model_path)
    model_path.write_bytes(zip_bytes({**members, name or " ": b"{}"}))
    refusal(model_path)


def test_parent_folder_name_is_explained(model_path: Path) -> None:
    rewrite(model_path, {"../../.bashrc": b"echo"})
    assert "../../.bashrc" in refusal(model_path).message
    assert not (model_path.parent.parent.parent / ".bashrc").exists()


def test_member_that_is_there_twice_is_refused(model_path: Path) -> None:
    members = members_of(model_path)
    with zipfile.ZipFile(model_path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("history.json", b"[]")
    assert "twice" in refusal(model_path).message


@pytest.mark.parametrize("name", ["history.json", "model.keras", "manifest.json"])
def test_missing_member_is_refused(model_path: Path, name: str) -> None:
    members = members_of(model_path)
    del members[name]
    model_path.write_bytes(zip_bytes(members))
    refusal(model_path)


def test_extra_member_is_refused(model_path: Path) -> None:
    rewrite(model_path, {"setup.py": b"print('hello')"})
    assert "do not belong" in refusal(model_path).message


@pytest.mark.parametrize("name", ["history.json", "model.keras", "manifest.json"])
def test_zip_bomb_is_refused_before_it_is_unpacked(model_path: Path, name: str) -> None:
    members = {**members_of(model_path), name: b" " * 50_000_000}
    model_path.write_bytes(zip_bytes(members, zipfile.ZIP_DEFLATED))
    assert "compressed" in refusal(model_path).message


def test_bomb_in_the_inner_zip_is_refused(model_path: Path) -> None:
    inner = model_path.with_suffix(".keras")
    inner.write_bytes(members_of(model_path)["model.keras"])
    members = {**members_of(inner), "model.weights.h5": bytes(50_000_000)}
    rewrite(model_path, {"model.keras": zip_bytes(members, zipfile.ZIP_DEFLATED)})
    assert "compressed" in refusal(model_path).message


def test_size_that_lies_about_the_member_is_refused(model_path: Path, original: bytes) -> None:
    # In the directory at the end, the entry's two sizes stand 20 and 24 bytes after its signature.
    place = original.rindex(b"PK\1\2")
    changed = bytearray(original)
    changed[place + 20 : place + 28] = struct.pack("<LL", 2**31, 2**31)
    model_path.write_bytes(changed)
    refusal(model_path)


def test_too_many_members_are_refused_by_the_count_alone(model_path: Path) -> None:
    model_path.write_bytes(zip_bytes({f"{number}.json": b"{}" for number in range(2000)}))
    assert "too many" in refusal(model_path).message


def test_second_directory_that_overrules_the_count_is_refused(model_path: Path, original: bytes) -> None:
    model_path.write_bytes(original[:-22] + struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1) + original[-22:])
    assert "too many" in refusal(model_path).message


def test_huge_manifest_is_refused(model_path: Path) -> None:
    members = members_of(model_path)
    members["manifest.json"] = b" " * 65 * 1024**2 + members["manifest.json"]
    model_path.write_bytes(zip_bytes(members))
    assert "too large" in refusal(model_path).message


@pytest.mark.parametrize("name", ["history.json", "model.keras"])
def test_member_that_is_not_what_was_saved_is_refused(model_path: Path, name: str) -> None:
    members = members_of(model_path)
    members[name] = members[name][:-1] + b"\n"
    model_path.write_bytes(zip_bytes(members))
    problem = refusal(model_path)
    assert name in problem.message
    with pytest.raises(ModelFileError):
        read_summary(model_path)


# --- manifests


def test_newer_version_is_named_even_with_members_of_its_own(model_path: Path) -> None:
    change_manifest(model_path, "format_version", FORMAT_VERSION + 1)
    rewrite(model_path, {"thresholds.json": b"{}"})
    problem = refusal(model_path)
    assert "newer tlgui" in problem.message
    assert "Update" in problem.hint


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format_version", "1"),
        ("format_version", 0),
        ("format_version", True),
        ("class_names", []),
        ("class_names", ["a", "a", "b"]),
        ("class_names", ["a", 2, "c"]),
        ("class_names", ["a", "", "c"]),
        ("class_names", "abc"),
        ("class_names", [str(number) for number in range(5000)]),
        ("class_names", ["a", "b"]),
        ("class_names", ["a", "b", "c", "d"]),
        ("input_size", 0),
        ("input_size", 10**9),
        ("input_size", 32.5),
        ("input_size", 64),
        ("backbone", "skynet"),
        ("backbone", None),
        ("recipe", {"epochs": -1}),
        ("recipe", {"unheard of": 1}),
        ("recipe", [1]),
        ("created", "yesterday"),
        ("photo_count", -1),
        ("photo_count", 1e400),
        ("seconds", math.nan),
        ("seconds", "long"),
        ("stop_reason", "bored"),
        ("versions", {"keras": 3}),
        ("device", 3),
        ("evaluation", {"accuracy": 2}),
        ("members", []),
    ],
)
def test_manifest_field_that_breaks_its_rule_is_refused(model_path: Path, field: str, value: object) -> None:
    members = members_of(model_path)
    manifest = json.loads(members["manifest.json"])
    manifest[field] = value
    members["manifest.json"] = json.dumps(manifest).encode()
    model_path.write_bytes(zip_bytes(members))
    refusal(model_path)


@pytest.mark.parametrize("field", ["format_version", "class_names", "recipe", "evaluation", "members", "created"])
def test_manifest_field_that_is_missing_is_refused(model_path: Path, field: str) -> None:
    members = members_of(model_path)
    manifest = json.loads(members["manifest.json"])
    del manifest[field]
    members["manifest.json"] = json.dumps(manifest).encode()
    model_path.write_bytes(zip_bytes(members))
    refusal(model_path)


@pytest.mark.parametrize(
    "change",
    [
        {"part": "breakfast"},
        {"part": []},
        {"accuracy": 1.5},
        {"low": -1},
        {"photo_count": True},
        {"classes": []},
        {"classes": [1, 2, 3]},
        {"confusion": [[0, 0]]},
        {"confusion": [[0, 9, 1]]},
        {"confusion": [[0, -1, 1]]},
        {"confusion": [[0, 0, -5]]},
        {"confusion": [[0, 0, 1]] * 10},
        {"confusion": "everything"},
    ],
)
def test_evaluation_that_breaks_its_rule_is_refused(model_path: Path, change: dict[str, object]) -> None:
    evaluation = json.loads(members_of(model_path)["manifest.json"])["evaluation"]
    refusal(change_manifest(model_path, "evaluation", {**evaluation, **change}))


@pytest.mark.parametrize(
    "history", [b"{}", b"[1]", b'[{"epoch": 1}]', b"[" * 100_000, b"\xff\xfe", b"null", b'[{"epoch": 1e999}]']
)
def test_history_that_breaks_its_rule_is_refused(model_path: Path, history: bytes) -> None:
    refusal(rewrite(model_path, {"history.json": history}))


@pytest.mark.parametrize("manifest", [b"[]", b"{}", b"[" * 100_000, b"nonsense", b'"text"', b"1" * 5000])
def test_manifest_that_is_no_manifest_is_refused(model_path: Path, manifest: bytes) -> None:
    members = {**members_of(model_path), "manifest.json": manifest}
    model_path.write_bytes(zip_bytes(members))
    refusal(model_path)


# --- the network inside


def test_lambda_layer_is_refused_and_never_runs(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    rgb = keras.Input((SIZE, SIZE, 3))

    def attack(pictures: keras.KerasTensor) -> keras.KerasTensor:
        Path(witness).touch()
        return pictures[:, 0, 0, :]

    network = keras.Model(rgb, keras.layers.Softmax()(keras.layers.Lambda(attack)(rgb)))
    path = tmp_path / "birds.tlmodel"
    write_model(path, network, some_summary(path))
    witness.unlink(missing_ok=True)
    problem = refusal(path)
    assert "Lambda layer" in problem.message
    assert "trust" in problem.hint
    assert not witness.exists()


def set_layer(**changes: object) -> Callable[[Json], None]:
    """Return a change of the layer after the input."""

    def change(config: Json) -> None:
        config["config"]["layers"][1].update(changes)

    return change


@pytest.mark.parametrize(
    "changes",
    [
        {"class_name": "Lambda"},
        {"class_name": "TFSMLayer"},
        {"class_name": "StringLookup"},
        {"module": "os", "class_name": "system"},
        {"module": "builtins", "class_name": "function"},
        {"module": "keras.src.utils", "class_name": "get_file"},
        {"module": None},
        {"module": ["keras.layers"]},
        {"class_name": ["Dense"]},
        {"registered_name": "mine>Evil"},
        {"registered_name": ["x"]},
    ],
)
def test_layer_that_is_not_known_is_refused(
    model_path: Path, changes: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keras.saving, "load_model", lambda *_, **__: pytest.fail("Keras saw it"))
    change_network(model_path, set_layer(**changes))
    refusal(model_path)


def test_initializer_that_is_not_known_is_refused(model_path: Path) -> None:
    def change(config: Json) -> None:
        convolution = next(layer for layer in config["config"]["layers"] if layer["class_name"] == "Conv2D")
        convolution["config"]["kernel_initializer"] = {
            "module": "subprocess",
            "class_name": "Popen",
            "config": {"args": "true"},
            "registered_name": None,
        }

    assert "Popen" in refusal(change_network(model_path, change)).message


def test_network_that_makes_no_sense_is_refused(model_path: Path) -> None:
    def change(config: Json) -> None:
        config["config"]["layers"] = config["config"]["layers"][:1]

    assert "cannot be built" in refusal(change_network(model_path, change)).message


def test_network_that_can_be_built_and_not_run_is_refused(model_path: Path) -> None:
    def change(config: Json) -> None:
        layers = config["config"]["layers"]
        normalization = next(layer for layer in layers if layer["class_name"] == "BatchNormalization")
        normalization["inbound_nodes"][0]["kwargs"]["mask"] = [None]

    assert "cannot be run" in refusal(change_network(model_path, change)).message


def test_network_with_files_of_its_own_is_refused(model_path: Path) -> None:
    inner = model_path.with_suffix(".keras")
    inner.write_bytes(members_of(model_path)["model.keras"])
    rewrite(model_path, {"model.keras": zip_bytes({**members_of(inner), "vocabulary.txt": b"x"})})
    assert "do not belong" in refusal(model_path).message


def test_network_that_is_no_zip_is_refused(model_path: Path) -> None:
    refusal(rewrite(model_path, {"model.keras": b"\x89HDF\r\n\x1a\n" + bytes(1000)}))


def test_weights_that_do_not_fit_are_refused(model_path: Path) -> None:
    inner = model_path.with_suffix(".keras")
    inner.write_bytes(members_of(model_path)["model.keras"])
    members = {**members_of(inner), "model.weights.h5": b"nothing"}
    refusal(rewrite(model_path, {"model.keras": zip_bytes(members)}))
