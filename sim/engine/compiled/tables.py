"""Tables of a Plan laid out in memory as records, with the names of ``Rules`` and ``Services``.

Tables of varying length are padded to common sizes, so that ordinary plans share one layout, and compiled
code is used again: a row that begins never, a threshold above every number, or the last value once more, as
the rules expect.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from sim.foundations.ledger import NEVER
from sim.model.plan import Practice, Rules, Services

INT = np.dtype(np.int64)
NOT_TABLES = ("workers", "places", "powers", "meetings")
"""What rules do not read as it is in ``Services``."""
LONG, ROWS, GROUPS, NARROW = 128, 32, 16, 8
"""Sizes to which tables are padded at least: lists, rows of a table, tables of a group; and the width up to
which rows are not padded."""
LEAST = {"load_capacity": 8192}
"""The same for tables that grow with the history of a trial's staff."""


def round_up(size: int, least: int) -> int:
    """The next power of two, and no less than ``least``."""
    return max(least, 1 << max(size - 1, 0).bit_length())


DEPTH = {
    "int": 0,
    "bool": 0,
    "Row": 1,
    "tuple[int, int]": 1,
    "tuple[Row, ...]": 2,
    "tuple[tuple[Row, ...], ...]": 3,
}


def table_fields(kind: type[Rules | Services | Practice], value: Any) -> list[tuple[Any, ...]]:
    """The fields of a record like a dataclass of nested tuples."""
    result: list[tuple[Any, ...]] = []
    for one in fields(kind):
        if one.name in NOT_TABLES:
            continue
        content = getattr(value, one.name)
        if one.type == "tuple[Practice, ...]":
            record = np.dtype(table_fields(Practice, content[0]), align=True)
            result.append((one.name, record, (round_up(len(content), ROWS),)))
        elif DEPTH[str(one.type)]:
            rows = LEAST.get(one.name, ROWS)
            result.append((one.name, INT, padded_shape(content, DEPTH[str(one.type)], rows)))
        else:
            result.append((one.name, np.dtype(bool) if one.type == "bool" else INT))
    return result


def padded_shape(table: Any, depth: int, rows: int = ROWS) -> tuple[int, ...]:
    """The size to which a nested tuple is padded."""
    if depth == 1:
        return (round_up(len(table), LONG),)
    if depth == 2:
        width = max((len(row) for row in table), default=NARROW)
        return (round_up(len(table), rows), width if width <= NARROW else round_up(width, LONG))
    inner = [padded_shape(part, depth - 1) for part in table if part]
    return (round_up(len(table), GROUPS), *(max(sizes) for sizes in zip(*inner, strict=True)))


def fill_tables(record: Any, kind: type[Rules | Services | Practice], value: Any) -> None:
    """Write a dataclass of nested tuples into its record."""
    for one in fields(kind):
        if one.name in NOT_TABLES:
            continue
        content = getattr(value, one.name)
        if one.type == "tuple[Practice, ...]":
            record[one.name]["since"] = NEVER
            for at, practice in enumerate(content):
                fill_tables(record[one.name][at], Practice, practice)
        elif DEPTH[str(one.type)]:
            fill(record[one.name], content)
        else:
            record[one.name] = content


def fill(into: Any, table: Any) -> None:
    """Write a nested tuple into an array that is at least as large."""
    if into.ndim == 1:
        into[: len(table)] = table
        into[len(table) :] = table[-1] if len(table) else 0
        return
    into[...] = NEVER
    for at, part in enumerate(table):
        if into.ndim == 2:
            into[at, : len(part)] = part
        else:
            fill(into[at], part)
