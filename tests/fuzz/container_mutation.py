"""Changes what lies inside archives and databases, and mends their checksums, so that readers get past those."""

import functools
import gzip
import hashlib
import io
import json
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import closing
from random import Random

import h5py
import numpy as np

from tests.fuzz.json_mutation import json_changed
from tests.fuzz.mutation import bytes_changed
from tests.fuzz.onnx_mutation import onnx_changed

_HUGE = 10**6
_BOMB_BYTES = 2**30
_ODD_NUMBERS: tuple[object, ...] = (None, 0, -1, 2**63 - 1, -(2**63), 0.5, float("inf"))
_HALF_NUMBERS = (float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 65504.0, 6e-8)
_ODD_CELLS = (*_ODD_NUMBERS, "", "x", "\ud800", "[[0]]", "[" * 5000, b"", b"\0", b"\xff" * 64)


def gzip_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Change the JSON text inside a gzip file, or make it enormous; bytes where it is none."""
    try:
        text = gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return bytes_changed(dice, data, other)
    if dice.random() < 0.1:
        return _gzip_bomb(text)
    return gzip.compress(json_changed(dice, text, other), 1, mtime=0)


@functools.lru_cache(1)
def _gzip_bomb(text: bytes) -> bytes:
    """Return a small gzip file of `text` and a gigabyte of blanks, which JSON allows."""
    packer = zlib.compressobj(1, wbits=zlib.MAX_WBITS | 16)
    blanks = b" " * 2**20
    parts = [packer.compress(text), *(packer.compress(blanks) for _ in range(_BOMB_BYTES // len(blanks)))]
    return b"".join((*parts, packer.flush()))


def zip_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Change one member of a zip, whose checksum is mended; JSON and HDF5 as such."""
    try:
        members = _members(data)
    except (zipfile.BadZipFile, ValueError):
        return bytes_changed(dice, data, other)
    name = dice.choice(sorted(members))
    members[name] = _member_changed(dice, name, members[name], other)
    if dice.random() < 0.05:
        members[dice.choice(("odd", "../odd", "/odd", "a/b"))] = members.pop(name)
    method = zipfile.ZIP_DEFLATED if dice.random() < 0.05 else zipfile.ZIP_STORED
    return _zip(members, method)


def model_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Change one member of a `.tlmodel`, or one of the network in it; all digests are mended."""
    try:
        members = _members(data)
        name = dice.choice(sorted(members))
        members[name] = _member_changed(dice, name, members[name], other)
        manifest = json.loads(members["manifest.json"])
        digests = {member: hashlib.sha256(body).hexdigest() for member, body in members.items()}
        manifest["members"] = {member: digest for member, digest in digests.items() if member != "manifest.json"}
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError):
        return bytes_changed(dice, data, other)
    members["manifest.json"] = json.dumps(manifest).encode()
    return _zip(members)


def network_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Change the ONNX network of a `.tlmodel`; all digests are mended."""
    return _with_member(dice, data, other, "network.onnx", onnx_changed)


def vectors_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Change the features of training photos in a `.tlmodel`; all digests are mended."""
    return _with_member(dice, data, other, "vectors.f16", _half_numbers_changed)


def _half_numbers_changed(dice: Random, data: bytes, _other: bytes) -> bytes:
    numbers = np.frombuffer(data, "<f2").copy()
    start = dice.randrange(len(numbers))
    match dice.randrange(3):
        case 0:
            numbers[start : start + dice.choice((1, 8, 64))] = dice.choice(_HALF_NUMBERS)
        case 1:
            return numbers[:start].tobytes()
        case _:
            return numbers.tobytes() * dice.choice((0, 2, 1000))
    return numbers.tobytes()


def _with_member(
    dice: Random, data: bytes, other: bytes, name: str, change: Callable[[Random, bytes, bytes], bytes]
) -> bytes:
    """Change one member of a `.tlmodel` and its digest; bytes where it has none of this name."""
    try:
        members = _members(data)
        members[name] = change(dice, members[name], other)
        manifest = json.loads(members["manifest.json"])
        manifest["members"][name] = hashlib.sha256(members[name]).hexdigest()
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError):
        return bytes_changed(dice, data, other)
    members["manifest.json"] = json.dumps(manifest).encode()
    return _zip(members)


def _member_changed(dice: Random, name: str, body: bytes, other: bytes) -> bytes:
    if name.endswith(".json"):
        return json_changed(dice, body, other)
    if name.endswith(".onnx") and dice.random() < 0.7:
        return onnx_changed(dice, body, other)
    if name.endswith(".keras"):
        return zip_changed(dice, body, other)
    if name.endswith(".h5") and dice.random() < 0.7:
        return h5_changed(dice, body, other)
    if name.endswith(".npy") and dice.random() < 0.7:
        return npy_changed(dice, body, other)
    return bytes_changed(dice, body, other)


def npy_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Change the words in front of a NumPy array; what its bytes hold where they are a JSON text."""
    start = 10 + int.from_bytes(data[8:10], "little")
    if data[start : start + 1] == b"{" and dice.random() < 0.7:
        body = json_changed(dice, data[start:], other)
        stream = io.BytesIO()
        np.lib.format.write_array(stream, np.frombuffer(body, np.uint8))
        return stream.getvalue()
    shapes = (b"(1000000000000,)", b"(-1,)", b"()", b"(99999999999, 99999999999)", b"(0, 5)", b"(1e3,)")
    kinds = (b"'|O'", b"'<f8'", b"'<U9'", b"'|V5'", b"'<f4'", b"[('a', '<f4')]", b"'<M8[s]'")
    head = data[:start].rstrip(b"\n ")
    now_kind, _, _ = head.partition(b", 'fortran")
    _, _, shape = head.partition(b"'shape': ")
    kind = dice.choice(kinds) if dice.random() < 0.5 else now_kind.partition(b"'descr': ")[2]
    shape = dice.choice(shapes) if dice.random() < 0.5 else shape.rpartition(b",")[0] or shape
    words = b"{'descr': " + kind + b", 'fortran_order': False, 'shape': " + shape + b", }\n"
    return data[:8] + len(words).to_bytes(2, "little") + words + data[start:]


def h5_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Change one group, array or attribute of an HDF5 file; bytes where it is none."""
    stream = io.BytesIO(data)
    try:
        with h5py.File(stream, "r+") as file:
            for _ in range(dice.choice((1, 1, 2))):
                _change_h5(dice, file)
    except (OSError, ValueError, LookupError, RuntimeError, TypeError):
        return bytes_changed(dice, data, other)
    return stream.getvalue()


def _change_h5(dice: Random, file: h5py.File) -> None:
    names: list[str] = []
    file.visit(names.append)
    name = dice.choice(sorted(names))
    item = file[name]
    if len(item.attrs) and dice.random() < 0.4:
        key = dice.choice(sorted(item.attrs))
        item.attrs[key] = dice.choice(_odd_arrays())
    elif len(file.attrs) and dice.random() < 0.3:
        key = dice.choice(sorted(file.attrs))
        if dice.random() < 0.3:
            del file.attrs[key]
        else:
            file.attrs[key] = dice.choice(_odd_arrays())
    else:
        del file[name]
        _put_odd(dice, file, name, dice.choice(sorted(names)))


def _odd_arrays() -> tuple[object, ...]:
    return (
        np.zeros(0),
        np.float32(1),
        np.arange(6).reshape(2, 3),
        np.array([b"a", b"\xff", b"/"]),
        "text",
        ["one", "one"],
        h5py.Empty("f"),
        np.zeros(3, [("a", "f4"), ("b", "i8")]),
        np.full((2, 2), np.nan, np.float64),
        [b"../..", b"."],
    )


def _put_odd(dice: Random, file: h5py.File, name: str, other: str) -> None:
    """Put something else in the place of what was there."""
    link = dice.choice(
        (
            h5py.SoftLink(f"/{other}"),
            h5py.SoftLink(f"/{name}"),
            h5py.SoftLink("/nowhere"),
            h5py.ExternalLink("/dev/zero", "/"),
            h5py.ExternalLink("nowhere.h5", "/"),
            file["/"],
            dice.choice(_odd_arrays()),
        )
    )
    match dice.randrange(6):
        case 0:
            file.create_group(name)
        case 1:
            # It takes no room in the file, and all the memory there is where it is read.
            file.create_dataset(name, (_HUGE, _HUGE), "f4", chunks=(1, 4096))
        case 2:
            file.create_dataset(name, (_HUGE, 1000), "u1", chunks=(1000, 1000), compression="gzip")
        case 3:
            file.create_dataset(name, (8,), "f4", external=[("/dev/zero", 0, h5py.h5f.UNLIMITED)])
        case 4:
            file.create_dataset(name, (2,), h5py.string_dtype())
        case _:
            file[name] = link


def sqlite_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Change cells of a database, or take a table or a column away; bytes where it is none."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.deserialize(data)
            for _ in range(dice.choice((1, 1, 2, 4))):
                _change_table(dice, connection)
            connection.commit()
            return connection.serialize()
        except (sqlite3.Error, UnicodeEncodeError, IndexError):
            return bytes_changed(dice, data, other)


def _change_table(dice: Random, connection: sqlite3.Connection) -> None:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    (table,) = dice.choice(tables)
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    column, value = dice.choice(columns), dice.choice(_ODD_CELLS)
    match dice.randrange(10):
        case 0:
            connection.execute(f"ALTER TABLE {table} RENAME TO odd")
        case 1:
            connection.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO odd")
        case 2:
            connection.execute(f"DROP TABLE {table}")
            connection.execute(f"CREATE VIEW {table} AS SELECT 1 AS {column}")
        case 3:
            connection.execute(f"PRAGMA user_version = {dice.choice((0, 1, 99))}")
        case 4:
            row = ", ".join("?" * len(columns))
            connection.execute(f"INSERT INTO {table} VALUES ({row})", [dice.choice(_ODD_CELLS) for _ in columns])
        case _:
            some = "" if dice.random() < 0.5 else f" WHERE {column} = (SELECT min({column}) FROM {table})"
            connection.execute(f"UPDATE OR REPLACE {table} SET {column} = ?{some}", (value,))


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zip(members: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, body in members.items():
            # With a time of its own, the same seed would give other bytes each time.
            archive.writestr(zipfile.ZipInfo(name), body, method)
    return stream.getvalue()
