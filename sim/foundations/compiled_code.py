"""Compiled code on disk, so that it is made once: keyed by its sources and by the versions that made it."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np

FOLDER = "CARESIM_CACHE"
"""Environment variable: the folder to keep compiled code in, instead of the user's own."""
LENGTH = 16
NAME = re.compile(f"[0-9a-f]{{{LENGTH}}}")
"""What a folder of one version is called; no other is ever deleted."""
KEPT = 8
"""How many versions stay on disk."""
SOURCES = ("engine", "foundations", "model")
"""Rooms whose source is part of the key."""


def cached(dispatcher: Any, *signatures: Any) -> Any:
    """A compiled function that keeps its code on disk; where no disk takes it, it is compiled each time.

    With signatures it is compiled, or found on disk, at once.
    """
    folder = cache_folder()
    before = numba.config.CACHE_DIR
    try:
        numba.config.CACHE_DIR = "" if folder is None else str(folder)
        dispatcher.enable_caching()
    except AttributeError as error:
        raise ImportError("numba is told not to compile (NUMBA_DISABLE_JIT)") from error
    except (OSError, RuntimeError):
        pass  # a read-only home: slower to start, and nothing else
    finally:
        numba.config.CACHE_DIR = before
    for signature in signatures:
        dispatcher.compile(signature)
    return dispatcher


@lru_cache(maxsize=1)
def cache_folder() -> Path | None:
    """Where compiled code of these sources and versions is kept; None if nothing can be written there."""
    home = os.environ.get(FOLDER)
    root = (Path(home) if home else users_cache()) / "caresim"
    folder = root / key()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".{os.getpid()}"
        probe.touch()
        probe.unlink()
        os.utime(folder)
        forget_old(root, folder)
    except OSError:
        return None
    return folder


def compiled_before(function: str) -> bool:
    """Whether the code of this version of a function is on disk already."""
    folder = cache_folder()
    return folder is not None and any(folder.rglob(f"*{function}*.nbc"))


def key() -> str:
    """A name for these sources, on this kind of machine, with these versions."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for room in SOURCES:
        for path in sorted((root / room).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    versions = (sys.version, numba.__version__, llvmlite.__version__, np.__version__)
    for part in (*versions, platform.machine(), str(root)):
        digest.update(part.encode())
    return digest.hexdigest()[:LENGTH]


def forget_old(root: Path, current: Path) -> None:
    """Delete all but the versions used last."""
    others = [path for path in root.iterdir() if NAME.fullmatch(path.name) and path != current]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


def users_cache() -> Path:
    """Where programs of this user keep what can be made again."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
