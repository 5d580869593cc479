"""Hostile files and places: every one is refused, nothing is written, nothing is executed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import stat
import struct
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from reliability_helpers import Report, mn, size, trainer

from minnet.saving import file_format
from minnet.saving.file_format import DESCRIPTION, array_to_bytes, from_zip, to_zip

EXECUTED = "executed"


class Bomb:
    """Pickled, it would write a file when it is loaded."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return (open, (str(self.mark), "w"))


def sealed(data: bytes) -> bytes:
    """A zip, made by others, that pretends to be one of ours: comment and digest are right."""
    body = data[:-2] + struct.pack("<H", 78) + b"minnet sha256 "
    return body + hashlib.sha256(body).hexdigest().encode()


def zipped(members: list[tuple[str, bytes]], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        warnings.simplefilter("ignore", UserWarning)  # duplicate names, on purpose
        for name, content in members:
            file.writestr(zipfile.ZipInfo(name), content, compression)
    return sealed(buffer.getvalue())


def npy(array: object) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def described(data: bytes, **changes: object) -> bytes:
    """The file with a description that says something else; all checksums are right."""
    members = {name: bytes(content) for name, content in from_zip(data).items()}
    description = json.loads(members[DESCRIPTION])
    for key, value in changes.items():
        description[key] = value
    members[DESCRIPTION] = json.dumps(description).encode()
    return to_zip(members)


def with_members(data: bytes, **contents: bytes) -> bytes:
    members = {name: bytes(content) for name, content in from_zip(data).items()}
    members.update({name.replace("__", "/") + ".npy": new for name, new in contents.items()})
    return to_zip(members)


def layer(kind: str, *args: object, **kwargs: object) -> dict[str, object]:
    return {"layer": kind, "args": list(args), "kwargs": kwargs}


def network(*layers: object) -> dict[str, object]:
    return layer("minnet.Network", list(layers), seed=None, dtype="float32")


def huge(shape: tuple[int, ...], data: bytes = b"") -> bytes:
    return file_format._header("<f4", shape) + data


def files(good: bytes, mark: Path) -> dict[str, bytes]:
    """Name and content of each hostile file."""
    weight = npy(np.zeros((2, 2), np.float32))
    members = [(n, bytes(c)) for n, c in from_zip(good).items()]
    deep: object = 1
    for _ in range(300):
        deep = {"tuple": [deep]}
    big = 10**12

    def weights(data: bytes) -> bytes:
        return with_members(good, **{"values__0.weight": data})

    def text(description: bytes) -> bytes:
        return to_zip({**dict(members), DESCRIPTION: description})

    def of(*layers: object) -> bytes:
        return described(good, network=network(*layers))

    zeros = np.zeros((2, 2), np.float32)

    return {
        "empty": b"",
        "one byte": b"P",
        "zeros": bytes(5000),
        "text": b"hello, this is no network " * 40,
        "a pickle": pickle.dumps(Bomb(mark)) * 20,
        "a pickle, sealed": sealed(pickle.dumps(Bomb(mark)) * 20),
        "an array of objects": npy(np.array([Bomb(mark)], object)),
        "a member with objects": with_members(
            good, **{"values__0.weight": npy(np.array([Bomb(mark)], object))}
        ),
        "a member that is a pickle": with_members(
            good, **{"values__0.weight": pickle.dumps(Bomb(mark))}
        ),
        "another zip": zipped([("a.txt", b"a")]),
        "good members, another writer": zipped(members),
        "duplicate members": zipped([*members, members[1]]),
        "name ../": zipped([("../evil.npy", weight), *members]),
        "name /tmp": zipped([("/tmp/evil.npy", weight), *members]),
        "name C:": zipped([("C:\\evil.npy", weight), *members]),
        "names by our own writer: ../": to_zip({"../evil.npy": weight, **dict(members)}),
        "names by our own writer: /abs": to_zip({"/evil.npy": weight, **dict(members)}),
        "names by our own writer: a//b": to_zip({"a//evil.npy": weight, **dict(members)}),
        "a member too many": to_zip({**dict(members), "values/extra.npy": weight}),
        "a member that is no array": to_zip({**dict(members), "setup.py": b"import os"}),
        "a member too few": to_zip(dict(members[:-1])),
        "no description": to_zip(dict(members[1:])),
        "zip bomb, deflated": zipped([("a.npy", bytes(10**8))], zipfile.ZIP_DEFLATED),
        "zip bomb, bzip2": zipped([("a.npy", bytes(10**8))], zipfile.ZIP_BZIP2),
        "huge shape": weights(huge((big,))),
        "huge shape, overflow": weights(huge((2**32, 2**32))),
        "huge shape, empty": weights(huge((0, big))),
        "shape of 40 axes": weights(huge((1,) * 40)),
        "huge Linear": of(layer("minnet.Linear", 10**6, 10**6)),
        "huge BatchNorm": of(layer("minnet.BatchNorm", 2**31 - 1)),
        "huge LayerNorm": of(layer("minnet.LayerNorm", 2**31 - 1)),
        "huge Conv2d": of(layer("minnet.Conv2d", 10**5, 10**5, 99)),
        "huge nested network": described(
            good, network=network(network(layer("minnet.Linear", 10**6, 10**6)))
        ),
        "version 0": described(good, version=0),
        "version 3": described(good, version=3),
        "version -1": described(good, version=-1),
        "version true": described(good, version=True),
        "version 2.0": described(good, version=2.0),
        "version in words": described(good, version="2"),
        "another format": described(good, format="other"),
        "another kind": described(good, kind="code"),
        "dtype object": described(good, dtype="object"),
        "dtype float64 said": described(good, dtype="float64"),
        "parameters a number": described(good, parameters=3),
        "parameters exchanged": described(
            good, parameters=["0.bias", "0.weight", "2.weight", "2.bias"]
        ),
        "frozen what is not": described(good, frozen=["9.weight"]),
        "a layer os.system": of(layer("os.system", f"touch {mark}")),
        "a layer minnet.os": of(layer("minnet.os", 1)),
        "a layer minnet.Layer": of(layer("minnet.Layer")),
        "a layer minnet.load": of(layer("minnet.load", "x")),
        "a layer Linear of nobody": of(layer("Linear", 2, 2)),
        "a layer with __init__": described(
            good, network=network(layer("minnet.Linear.__init__", 2))
        ),
        "a layer alone": described(good, network=layer("minnet.Linear", 2, 2)),
        "bad arguments": of(layer("minnet.Linear", -2, "x")),
        "no layers": of(),
        "a network that is text": described(good, network="minnet.Network"),
        "deep nesting": of(layer("minnet.Linear", deep, 2)),
        "deep brackets": text(b"[" * 100_000),
        "a long number": text(b"9" * 10_000),
        "NaN in JSON": text(b'{"version": NaN}'),
        "1e999 in JSON": to_zip({**dict(members), DESCRIPTION: b'{"version": 1e999}'}),
        "a key twice": to_zip({**dict(members), DESCRIPTION: b'{"version": 2, "version": 1}'}),
        "NaN as a weight": with_members(
            good, **{"values__0.weight": array_to_bytes(zeros + np.nan)}
        ),
        "weights of type float16": with_members(
            good, **{"values__0.weight": array_to_bytes(zeros.astype("f2"))}
        ),
        "weights big-endian": with_members(
            good, **{"values__0.weight": npy(np.zeros((2, 2), ">f4"))}
        ),
        "weights in Fortran order": with_members(
            good, **{"values__0.weight": npy(np.asfortranarray(zeros))}
        ),
        "weights complex": with_members(
            good, **{"values__0.weight": npy(np.zeros((2, 2), complex))}
        ),
        "weights text": weights(npy(np.array([["a", "b"]] * 2))),
        "weights a record": weights(npy(np.zeros(2, "f4,i4"))),
        "npy version 2": with_members(
            good, **{"values__0.weight": b"\x93NUMPY\2\0" + npy(np.zeros(4))[8:]}
        ),
    }


def places(folder: Path, good: bytes) -> dict[str, Path]:
    """What is no regular file."""
    inside = folder / "inside"
    inside.mkdir()
    (folder / "good").write_bytes(good)
    found = {"a folder": inside, "nothing": folder / "missing", "a zero in the name": Path("a\0b")}
    found["a name too long"] = folder / ("x" * 300)
    found["below a file"] = folder / "good" / "x"
    for name, device in (("null", "/dev/null"), ("zero", "/dev/zero"), ("full", "/dev/full")):
        if Path(device).exists():
            found[f"the device {name}"] = Path(device)
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe")
        found["a pipe that nobody writes"] = folder / "pipe"
    for name, target in (("file", "good"), ("folder", "inside"), ("nothing", "missing")):
        try:
            (folder / f"link to {name}").symlink_to(folder / target)
        except OSError:
            continue
        found[f"a link to a {name}"] = folder / f"link to {name}"
    sparse = folder / "sparse"
    with sparse.open("wb") as file:
        file.truncate(2**40)
    found["a file of a terabyte of nothing"] = sparse
    return found


def listing(folder: Path) -> list[tuple[str, int]]:
    return sorted(
        (p.name, p.lstat().st_size if stat.S_ISREG(p.lstat().st_mode) else -1)
        for p in folder.rglob("*")
    )


def main() -> None:
    size(__doc__)
    report = Report("hostile files")
    refused, others, slowest = 0, [], 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mark = folder / EXECUTED
        made = mn.Network([mn.Linear(2, 2), mn.ReLU(), mn.Linear(2, 1)], seed=0)
        made.save(folder / "start")
        good = (folder / "start").read_bytes()
        cases = dict(places(folder, good))
        (folder / "files").mkdir()
        for i, (case, data) in enumerate(files(good, mark).items()):
            cases[case] = folder / "files" / str(i)
            cases[case].write_bytes(data)
        before, values = listing(folder), made.flat_values.tobytes()
        for case, path in cases.items():
            for verb in (mn.load, trainer().load_checkpoint):
                start = time.perf_counter()
                try:
                    verb(path)
                    others.append(f"{case}: loaded")
                except mn.CheckpointError as error:
                    refused += 1
                    if str(path) not in str(error) or not error.reason:
                        others.append(f"{case}: no path or reason in {error}")
                except BaseException as error:
                    others.append(f"{case}: {error!r}"[:200])
                slowest = max(slowest, time.perf_counter() - start)
        report.line("hostile files and places", len(cases))
        report.must("loads that were refused", not others, f"{refused} of {2 * len(cases)}")
        for other in others:
            report.line("  not refused", other)
        report.must("nothing executed", not mark.exists())
        report.must("nothing written", listing(folder) == before)
        report.must("the network as before", made.flat_values.tobytes() == values)
        report.must("slowest, seconds", slowest < 1, round(slowest, 3))
    report.end()


if __name__ == "__main__":
    main()
