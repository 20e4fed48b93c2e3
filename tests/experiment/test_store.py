"""The run folder keeps what it was given, tells when it no longer does, and never holds half a file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from sim.experiment.manifest import read_manifest
from sim.experiment.store import Store, read_json, write_atomically, write_json
from sim.foundations.errors import InputError, StoreError
from tests.tiny import contents

VALUES = np.arange(6.0).reshape(2, 3)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "run", {"manifest.json": b"{}\n"})


def test_a_trial_comes_back_as_it_was_kept(store: Store) -> None:
    store.save(3, 1, VALUES, "me")
    assert (store.load(3, 1, "me") == VALUES).all()
    assert store.finished() == {(3, 1)}
    assert [path.name for path in store.trials.iterdir()] == ["d0003-r001.trial"]


def test_names_sort_and_grow(store: Store) -> None:
    for pair in ((12345, 0), (2, 1234), (0, 0)):
        store.save(*pair, VALUES, "me")
    assert list(store) == [(0, 0), (2, 1234), (12345, 0)]


def test_other_files_among_the_trials_are_not_trials(store: Store) -> None:
    for name in (
        "dX-rY.trial",
        "notes.txt",
        ".d0000-r000.trial.77.part",
        "d0001-r000.trial.bak",
        "d1-r2.trial",
    ):
        (store.trials / name).write_bytes(b"?")
    assert store.finished() == set()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: b"\x93NUMPY" + content,
        lambda content: b"[1, 2]\n" + content.partition(b"\n")[2],
        lambda content: b"{}\n" + content.partition(b"\n")[2],
        lambda content: content.replace(b'"shape": [2, 3]', b'"shape": [2, 4]'),
        lambda content: content.replace(b'"identity"', b'"indentity"'),
    ],
    ids=["a byte short", "half", "empty", "a bit", "another format", "a list", "no header", "shape", "a key"],
)
def test_a_damaged_trial_is_told_by_name_with_what_to_do(store: Store, spoil) -> None:
    store.save(0, 0, VALUES, "me")
    path = store.path(0, 0)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(StoreError) as caught:
        store.load(0, 0, "me")
    text = str(caught.value)
    assert text.startswith(f"{path}: does not hold what was written")
    assert f"caresim resume {store.folder}" in text


@pytest.mark.parametrize(("draw", "run", "identity"), [(0, 0, "you"), (1, 0, "me"), (0, 1, "me")])
def test_a_trial_of_another_run_is_refused(store: Store, draw: int, run: int, identity: str) -> None:
    store.save(draw, run, VALUES, identity)
    store.path(draw, run).rename(store.path(0, 0))
    with pytest.raises(StoreError, match="belongs to another run or another version of the study"):
        store.load(0, 0, "me")


def test_a_trial_that_cannot_be_read_says_why(store: Store) -> None:
    store.path(0, 0).mkdir()
    with pytest.raises(StoreError, match=r"d0000-r000\.trial: cannot be read \(Is a directory\)"):
        store.load(0, 0, "me")


def test_a_new_folder_is_whole_at_once(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "a" / "run", {"one": b"1", "two": b"2"})
    assert contents(store.folder) == {"one": b"1", "two": b"2"}
    assert store.trials.is_dir()
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["run"]


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_exists_is_not_touched(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "run"
    if kind == "folder":
        place.mkdir()
        (place / "mine").write_text("mine")
    else:
        place.write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(InputError, match="exists already; nothing in it was touched"):
        Store.create(place, {"manifest.json": b"{}"})
    assert contents(tmp_path) == before


def test_a_folder_that_cannot_be_made_leaves_nothing(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match=r"file/run: cannot be made \(Not a directory\)"):
        Store.create(tmp_path / "file" / "run", {})

    def refuse(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(StoreError, match=r"run: cannot be made \(No space left on device\)"):
        Store.create(tmp_path / "run", {"manifest.json": b"{}"})
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    with pytest.raises(StoreError, match="Permission denied"):
        Store.create(closed / "run", {})


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "summary.json"
    write_json(path, {"old": 1})
    whole = Path.write_bytes

    def half(self: Path, content: bytes) -> int:
        whole(self, content[: len(content) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(StoreError, match=r"summary\.json: cannot be written \(No space left on device\)"):
        write_json(path, {"new": 2})
    assert contents(tmp_path) == {"summary.json": b'{\n  "old": 1\n}\n'}


def test_a_write_that_is_interrupted_leaves_the_old_file(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "summary.json"
    path.write_text("old")

    def interrupted(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert contents(tmp_path) == {"summary.json": b"old"}


def test_a_write_where_there_is_no_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be written"):
        write_atomically(tmp_path / "file" / "summary.json", b"1")
    with pytest.raises(StoreError, match="cannot be written"):
        write_atomically(tmp_path / "nowhere" / "summary.json", b"1")


def test_numbers_that_are_not_finite_are_never_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "summary.json", {"a": float("nan")})
    assert contents(tmp_path) == {}


def test_what_was_begun_is_swept_and_nothing_else(store: Store) -> None:
    store.save(0, 0, VALUES, "me")
    kept = contents(store.folder)
    for path in (store.folder / ".values.npy.12.part", store.trials / ".d0001-r000.trial.12.part"):
        path.write_bytes(b"half")
    store.sweep()
    assert contents(store.folder) == kept


def test_opening_what_is_not_a_run_folder_names_the_nearest(store: Store) -> None:
    with pytest.raises(InputError, match=r"is not a run folder \(it has no manifest.json\)\. Did you mean"):
        Store.open(store.folder.with_name("rum"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "cannot be read as JSON"),
        ("[]", "is not a manifest that this version of caresim reads"),
        ('{"schema": 99}', "is not a manifest that this version of caresim reads"),
        (json.dumps({"schema": 1, "status": "running"}), "does not say what a run folder must: authority"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_told(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(StoreError, match=fault) as caught:
        read_manifest(tmp_path)
    assert str(tmp_path / "manifest.json") in str(caught.value)


def test_json_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is missing"):
        read_json(tmp_path / "summary.json")
