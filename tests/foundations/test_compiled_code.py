"""Compiled code is kept on disk, found again, and done without where no disk takes it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from numba import njit

from sim.engine.engines import COMPILED, SIMPY, needs_compiling
from sim.foundations import compiled_code
from sim.foundations.compiled_code import FOLDER, KEPT, cache_folder, cached, compiled_before, forget_old, key


def doubled(number: int) -> int:
    """Something to compile."""
    return 2 * number


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of its own for each test, and the usual one again afterwards."""
    monkeypatch.setenv(FOLDER, str(tmp_path / "code"))
    cache_folder.cache_clear()
    yield tmp_path / "code"
    cache_folder.cache_clear()


def test_what_one_made_the_next_finds(own_folder: Path) -> None:
    assert not compiled_before("doubled")
    first = cached(njit(doubled))
    assert first(21) == 42
    assert sum(first.stats.cache_misses.values()) == 1
    assert compiled_before("doubled")
    assert list(own_folder.rglob("*doubled*.nbc"))
    again = cached(njit(doubled))
    assert again(4) == 8
    assert sum(again.stats.cache_hits.values()) == 1
    assert not again.stats.cache_misses


def test_with_a_signature_it_is_made_at_once() -> None:
    made = cached(njit(doubled), "int64(int64)")
    assert compiled_before("doubled")
    assert made(3) == 6


def test_a_folder_that_takes_nothing_is_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a file").write_text("not a folder")
    monkeypatch.setenv(FOLDER, str(tmp_path / "a file" / "code"))
    cache_folder.cache_clear()
    assert cache_folder() is None
    assert not compiled_before("doubled")
    assert cached(njit(doubled))(5) == 10


def test_where_numba_finds_no_place_either_it_compiles_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    function = njit(doubled)

    def nowhere() -> None:
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(function, "enable_caching", nowhere)
    assert cached(function)(6) == 12


def test_another_version_of_a_source_has_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in compiled_code.SOURCES:
        (tmp_path / "sim" / room).mkdir(parents=True)
    source = tmp_path / "sim" / "engine" / "risk.py"
    monkeypatch.setattr(compiled_code, "__file__", str(tmp_path / "sim" / "foundations" / "compiled_code.py"))
    source.write_text("RATE = 1\n")
    before = key()
    assert key() == before
    source.write_text("RATE = 2\n")
    assert key() != before


def test_old_versions_are_forgotten(tmp_path: Path) -> None:
    for age in range(KEPT + 3):
        folder = tmp_path / f"{age:016x}"
        folder.mkdir()
        os.utime(folder, (1_000_000 - age, 1_000_000 - age))
    (tmp_path / "somebody else's").mkdir()
    os.utime(tmp_path / "somebody else's", (1, 1))
    forget_old(tmp_path, tmp_path / f"{5:016x}")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"somebody else's", *(f"{age:016x}" for age in range(KEPT))}


def test_only_the_compiled_engine_waits_for_its_code() -> None:
    assert not needs_compiling(SIMPY)
    assert needs_compiling(COMPILED)


def test_where_numba_is_told_not_to_compile_there_is_nothing_to_keep() -> None:
    with pytest.raises(ImportError, match="NUMBA_DISABLE_JIT"):
        cached(doubled)
