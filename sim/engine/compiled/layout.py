"""The state of one run and the numbers of its Plan, laid out in memory as records.

A record has the names of the object that it stands for: its fields are read off ``Family``, ``Child``,
``Rules`` and ``Services``, so that one source of rules serves both engines. Tables of varying length are
padded to common sizes, so that ordinary plans share one layout, and compiled code is used again: a row that
begins never, a threshold above every number, or the last value once more, as the rules expect.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.compiled import calendar
from sim.engine.people import Child, Family, KeyedChild, KeyedFamily
from sim.foundations.ledger import NEVER
from sim.model.plan import Practice, Rules, Services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.model.plan import Children, Families

    Records = NDArray[np.void]

INT = np.dtype(np.int64)
NOT_TABLES = ("workers", "places", "powers", "meetings")
"""What rules do not read as it is in ``Services``."""
LONG, ROWS, GROUPS, NARROW = 128, 32, 16, 8
"""Sizes to which tables are padded at least: lists, rows of a table, tables of a group; and the width up to
which rows are not padded."""
LEAST = {"load_capacity": 8192}
"""The same for tables that grow with the history of a trial's staff."""

POOLED = np.dtype([("pointer", INT), ("size", INT), ("room", INT)], align=True)
"""A buffer that grows between instants: where it is, how much of it is in use, how much there is."""


def round_up(size: int, least: int) -> int:
    """The next power of two, and no less than ``least``."""
    return max(least, 1 << max(size - 1, 0).bit_length())


def state_fields(example: object, skipped: Sequence[str]) -> list[tuple[Any, ...]]:
    """The fields of a record like an object whose attributes are numbers, truth values and lists.

    Single numbers come first and the longest lists, the clocks, after them: what every wake of a family
    reads lies together in memory, ahead of the lists by offer.
    """
    result: list[tuple[Any, ...]] = []
    for name in type(example).__slots__:
        if name in skipped:
            continue
        value = getattr(example, name)
        if isinstance(value, list):
            result.append((name, INT, (len(value),)))
        else:
            result.append((name, np.dtype(bool) if isinstance(value, bool) else INT))
    return sorted(result, key=lambda field: (len(field) > 2, -field[2][0] if len(field) > 2 else 0))


def example_family(children: int) -> Family:
    """A family before anything has happened to it, with so many children."""
    of_children = [Child(index, 0, 0, KeyedChild()) for index in range(children)]
    return Family(0, 0, 0, of_children, KeyedFamily())


FAMILY_SKIPS, CHILD_SKIPS = ("children", "keyed"), ("keyed",)


def family_record(children: int) -> np.dtype[np.void]:
    """The record of a family with at most so many children."""
    own = [
        ("keyed_pointer", INT),
        ("children_pointer", INT),
        ("child_count", INT),
        ("agenda", INT),
        ("arrived", np.dtype(bool)),
    ]
    return np.dtype(own + state_fields(example_family(children), FAMILY_SKIPS), align=True)


CHILD = np.dtype(
    [*state_fields(Child(0, 0, 0, KeyedChild()), CHILD_SKIPS), ("keyed_pointer", INT)], align=True
)


def keyed_record(table: Families | Children, kind: type, by_offer: Sequence[str] = ()) -> np.dtype[np.void]:
    """The record of one row of a table of columns."""
    result: list[tuple[Any, ...]] = []
    for name in kind.__slots__:
        if name == "arrives":
            continue
        column = getattr(table, name)
        shape = (column.shape[0], *column.shape[2:]) if name in by_offer else column.shape[1:]
        # numba has no lists of truth values inside a record.
        kind_of = np.dtype(np.uint8) if shape and column.dtype == bool else column.dtype
        result.append((name, kind_of, shape) if shape else (name, kind_of))
    return np.dtype(result, align=True)


def keyed_rows(table: Families | Children, kind: type, by_offer: Sequence[str] = ()) -> Records:
    """The columns of a table, row by row."""
    record = keyed_record(table, kind, by_offer)
    rows = np.empty(len(table.id), record)
    for name in record.names or ():
        column = getattr(table, name)
        rows[name] = column.swapaxes(0, 1) if name in by_offer else column
    return rows


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


def room_for(children: int) -> int:
    """How many children a family's record has room for."""
    return round_up(children, 8)


AGENDA = np.dtype([("tick", INT), ("what", INT), ("argument", INT), ("next", INT)], align=True)
"""A known time on some family's agenda, or a free place for one; each points at the next."""
REQUEST = np.dtype(
    [(name, INT) for name in ("priority", "since", "family", "offer", "ticket", "row", "line")], align=True
)
"""A request for a place."""
WORKER = np.dtype([(name, INT) for name in ("capacity", "held", "person", "leaves")], align=True)
CHANGE = np.dtype(
    [(name, INT) for name in ("tick", "line", "worker", "capacity", "person", "leaves")], align=True
)
"""A post changes; ``line`` -1 stands for a change of the places kept free, in ``capacity``."""
ENTRY = np.dtype(calendar.FIELDS)
"""When a family wakes, on the calendar: a record for each row; NEVER for one that is not on it."""


def world_record(
    rules: np.dtype[np.void],
    services: np.dtype[np.void],
    powers: tuple[int, ...],
    months: int,
    lines: int,
    children: int,
) -> np.dtype[np.void]:
    """The record of everything that is shared in a run.

    Its families are only pointed at, but code is compiled for this record alone: a field is named after the
    children whom each family's record has room for, or code made for smaller families would read larger ones.
    """
    numbers = (
        "now",
        "horizon",
        "month_count",
        "overload",
        "next_weighing",
        "panel_size",
        "safeguarded_size",
        "margin",
        "family_count",
        "spare",
        "calendar_shift",
        "free_notes",
        "first_free_note",
        "next_change",
        "change_count",
        "next_meeting",
        "meeting_count",
        "next_month",
    )
    pointers = (
        "family_pointer",
        "panel_pointer",
        "safeguarded_pointer",
        "table_pointer",
        "entry_pointer",
        "chain_pointer",
        "change_pointer",
        "meeting_pointer",
        "worker_pointer",
    )
    flags = ("loads_matter", "weighs", "meets", "settling")
    return np.dtype(
        [
            *((name, INT) for name in (*numbers, *pointers)),
            *((name, np.dtype(bool)) for name in flags),
            ("log", POOLED),
            ("notes", POOLED),
            ("asking", POOLED),
            ("leaving", POOLED),
            ("waiting", POOLED, (lines,)),
            ("first_worker", INT, (lines + 1,)),
            ("months", INT, (months,)),
            ("stronger", INT, (GROUPS, months)),
            ("powers", INT, powers),
            ("rules", rules),
            ("services", services),
            (f"families_of_{children}", np.dtype(bool)),
        ],
        align=True,
    )
