"""The files of a study: the main one and those it includes, as one."""

from __future__ import annotations

from pathlib import Path

from sim.foundations.errors import Problem, did_you_mean
from sim.study.catalogue import CATALOGUE
from sim.study.yaml_reader import Item, read_yaml


def read_files(main: Path, problems: list[Problem]) -> tuple[dict[str, Item] | None, tuple[str, ...], bool]:
    """The top-level entries of the main file and those it includes; the files; whether all could be read."""
    first = read_yaml(main, problems)
    if first is None or first.mapping is None:
        return None, (), False
    merged: dict[str, Item] = dict(first.mapping)
    files = [main]
    complete = True
    included = merged.pop("include", None)
    if included is not None and included.entries is None:
        problems.append(included.problem(f"expected a list of files; found {included.what}"))
    for entry in included.entries or () if included is not None else ():
        file = _included(entry, main, files, problems)
        part = None if file is None else read_yaml(file, problems)
        if file is None or part is None:
            complete = False
            continue
        files.append(file)
        for name, item in (part.mapping or {}).items():
            if name == "include":
                problems.append(item.problem("only the main file may include others"))
            else:
                merged[name] = _merge(merged[name], item, problems) if name in merged else item
    return merged, tuple(str(file) for file in files), complete


def _included(entry: Item, main: Path, files: list[Path], problems: list[Problem]) -> Path | None:
    if entry.text is None or Path(entry.text).is_absolute():
        problems.append(entry.problem(f"expected a file name relative to {main.name}; found {entry.what}"))
        return None
    file = main.parent / entry.text
    if not file.is_file():
        near = [str(p.relative_to(main.parent)) for p in sorted(main.parent.glob("**/*.yaml"))]
        problems.append(entry.problem(f"there is no file {file}.{did_you_mean(entry.text, near)}"))
        return None
    if file in files:
        problems.append(entry.problem(f"{file} is included twice"))
        return None
    return file


def _merge(a: Item, b: Item, problems: list[Problem]) -> Item:
    """One mapping out of two files'; parameters, scenarios and series may be written only once."""
    series = a.path.startswith("observed.") and a.path.count(".") == 2
    whole = a.path in CATALOGUE or series or a.path.startswith(("scenarios.", "study", "run"))
    if whole or a.mapping is None or b.mapping is None:
        problems.append(b.problem(f"is written twice; the first is at {a.where}"))
        return a
    joined = dict(a.mapping)
    for name, item in b.mapping.items():
        joined[name] = _merge(joined[name], item, problems) if name in joined else item
    return Item(content=joined, where=a.where, path=a.path)
