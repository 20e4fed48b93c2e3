"""The state of one run and the numbers of its Plan, laid out in memory as records.

A record has the names of the object that it stands for: its fields are read off ``Family``, ``Child``,
``Rules`` and ``Services`` (``tables``), so that one source of rules serves both engines.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.compiled import calendar
from sim.engine.compiled.tables import GROUPS, INT, round_up
from sim.engine.people import Child, Family, KeyedChild, KeyedFamily
from sim.foundations.addressed import Addressed, first_of
from sim.model.plan import OCCURRENCES
from sim.model.terms import Offer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.model.plan import Children, Families

    Records = NDArray[np.void]

POOLED = np.dtype([("pointer", INT), ("size", INT), ("room", INT)], align=True)
"""A buffer that grows between instants: where it is, how much of it is in use, how much there is."""


CLOCKS = ("left", "rate")
"""Lists of a family by clock."""
FIRST = {
    "outcome": 2,
    "assessment": 2,
    "rereferral": 2,
    "step_up": 4,
    "step_down": 4,
    "court": 1,
    "no_warning": 1,
    "crisis": 1,
}
"""Numbers of these that lie in the record of a family, or child: those that most families need. Later ones,
and all others, are worked out or looked up when they are read."""
FLAGS = ("impaired", "earlier_plan", "relationship", "returned", "unaccompanied", "guardian")
"""Truth values among what chance has fixed."""
NUMBERS = np.dtype(
    [
        *((name, INT) for name in ("known", "width", "block", "slots", "slot", "entity", "meaning")),
        ("key", np.dtype(np.uint64), (2,)),
        *((name, np.dtype(np.float64)) for name in ("scale", "spread")),
    ],
    align=True,
)
"""Where the numbers of a column are: the first ``width`` of each row in a table at ``known``; later ones
follow from addresses, whose blocks, slots (or the one slot of all, where ``slots`` is 0) and entities lie at
these."""
BY_OFFER = ("offered", "accepts", "length")
"""Columns of which each offer has one."""
SMALL = np.dtype(np.int32)
SMALL_FIELDS = (
    *("after", "court_crises", "granted", "had_plan", "held", "met", "moving", "no_warning_crises"),
    *("orders", "panel_priority", "paused", "plan_children", "referral", "safeguarded_at", "spell"),
    *("status", "waiting", "asked", "band", "clock", "crises", "index", "moves", "periods", "placement"),
    *("route", "settled", "stay", "where", "needs", "priority", "first_referral", "opening_status"),
    "opening_stay",
)
"""Fields that counts, positions and sets of bits stay small in; whatever may be a tick has 64 bits."""


def lists_of(example: object) -> tuple[str, ...]:
    """The attributes of an object that are lists, but for those of other lengths: by offer."""
    return tuple(
        name
        for name in type(example).__slots__
        if isinstance(getattr(example, name, None), list) and name not in (*CLOCKS, "ease", "children")
    )


def state_fields(example: object, skipped: Sequence[str]) -> list[tuple[Any, ...]]:
    """The fields of a record for the attributes of an object that are numbers and truth values."""
    numbers: list[tuple[Any, ...]] = []
    flags: list[tuple[Any, ...]] = []
    for name in type(example).__slots__:
        value = None if name in skipped else getattr(example, name)
        if isinstance(value, bool):
            flags.append((name, np.dtype(bool)))
        elif isinstance(value, int):
            numbers.append((name, SMALL if name in SMALL_FIELDS else INT))
    numbers.sort(key=lambda field: field[1] is SMALL)
    return numbers + flags


def example_family(children: int) -> Family:
    """A family before anything has happened to it, with so many children."""
    of_children = [Child(index, 0, 0, KeyedChild()) for index in range(children)]
    return Family(0, 0, 0, of_children, KeyedFamily())


FAMILY_SKIPS, CHILD_SKIPS = ("children", "keyed"), ("keyed",)
OF_OFFERS = lists_of(example_family(1))
"""Lists of a family by offer."""


def family_record(children: int) -> np.dtype[np.void]:
    """The record of a family with at most so many children. What every wake reads lies together at its
    beginning, up to ``by_offer``; the clocks of children who are not there come last of it."""
    example = example_family(children)
    own = [
        ("keyed_pointer", INT),
        ("children_pointer", INT),
        ("child_count", INT),
        ("agenda", INT),
    ]
    lists = [
        ("ease", INT, (len(example.ease),)),
        ("clocks", INT, (len(example.left), len(CLOCKS))),
        ("by_offer", INT, (len(Offer), len(OF_OFFERS))),
    ]
    return np.dtype([*own, *state_fields(example, FAMILY_SKIPS), *lists], align=True)


CHILD = np.dtype(
    [*state_fields(Child(0, 0, 0, KeyedChild()), CHILD_SKIPS), ("keyed_pointer", INT)], align=True
)


def like(example: Family | Child, record: np.dtype[np.void]) -> Records:
    """One record like an object."""
    one: Records = np.zeros(1, record)
    for name, _ in state_fields(example, ("keyed",)):
        one[name] = getattr(example, name)
    if isinstance(example, Family):
        one["agenda"], one["ease"] = -1, example.ease
        for field, names in (("clocks", CLOCKS), ("by_offer", OF_OFFERS)):
            for place, name in enumerate(names):
                one[field][..., place] = getattr(example, name)
    return one


@lru_cache(maxsize=8)
def new_records(children: int) -> tuple[Records, Records]:
    """One family and one child before anything has happened to them: nobody writes into these."""
    example = example_family(children)
    return like(example, family_record(children)), like(example.children[0], CHILD)


def sequences_of(kind: type) -> tuple[str, ...]:
    """What chance has fixed by occurrence, of ``KeyedFamily`` or ``KeyedChild``."""
    return tuple(name for name, of in kind.__annotations__.items() if of.startswith("Sequence"))


def keyed_record(kind: type, own: Sequence[str]) -> np.dtype[np.void]:
    """The record of a row of ``Families`` or ``Children``: where its numbers are, who it is, whatever else is
    one number, and the first of what comes round again and again."""
    sequences = sequences_of(kind)
    fields: list[tuple[Any, ...]] = [(name, INT) for name in ("numbers", "row", *own)]
    others = [name for name in kind.__slots__ if name not in (*sequences, "arrives")]
    # What is read at nearly every wake lies at the beginning.
    others.sort(key=lambda name: (name not in FLAGS, name not in ("needs", "priority")))
    for name in others:
        fields.append((name, np.dtype(bool) if name in FLAGS else SMALL if name in SMALL_FIELDS else INT))
    fields += [(first_field(name), INT, (FIRST[name],)) for name in sequences if name in FIRST]
    return np.dtype(fields, align=True)


def first_field(column: str) -> str:
    """The field of a record that holds the first numbers of a column."""
    return f"first_{column}"


FAMILY_SEQUENCES, CHILD_SEQUENCES = sequences_of(KeyedFamily), sequences_of(KeyedChild)
KEYED_FAMILY = keyed_record(KeyedFamily, ("id", "factor"))
KEYED_CHILD = keyed_record(KeyedChild, ("id", "born"))


def fill_keyed(rows: Records, table: Families | Children, numbers: Records) -> None:
    """Write the columns of a table into its records."""
    rows["numbers"], rows["row"] = address(numbers), np.arange(len(rows))
    for field in rows.dtype.names or ():
        if field.startswith("first_") and (name := field.removeprefix("first_")) in FIRST:
            rows[field] = first_of(getattr(table, name), FIRST[name])
        elif field not in ("numbers", "row"):
            rows[field] = getattr(table, field)


def laid_out(columns: Sequence[tuple[str, NDArray[Any] | Addressed]], rows: int) -> tuple[Records, list[Any]]:
    """A record of ``NUMBERS`` for each of some named columns, and what must be kept while they are used.

    Raises ValueError for a column that has not so many rows, or more or fewer numbers in each than its kind.
    """
    records: Records = np.zeros(len(columns), NUMBERS)
    kept: list[Any] = [records]

    def keep(array: Any) -> int:
        kept.append(np.ascontiguousarray(array, dtype=np.int64))
        return address(kept[-1])

    for record, (name, column) in zip(records, columns, strict=True):
        # A plan of nobody, made by hand, has tables of no width either.
        if rows and column.shape != (rows, OCCURRENCES[name]):
            raise ValueError(f"{name} has the shape {column.shape}, not {(rows, OCCURRENCES[name])}")
        known: Any = column
        if isinstance(column, Addressed):
            known = column.known
            record["block"], record["entity"] = keep(column.block), keep(column.entity)
            if isinstance(column.slot, int):
                record["slot"] = column.slot
            else:
                record["slots"] = keep(column.slot)
            record["key"], record["meaning"] = column.key, column.transform.meaning
            record["scale"], record["spread"] = column.transform.scale, column.transform.spread
        if known is not None:
            record["known"], record["width"] = keep(known), known.shape[-1]
    return records, kept


def address(array: Any) -> int:
    """Where an array begins in memory."""
    return int(array.ctypes.data)


def room_for(children: int) -> int:
    """How many children a family's record has room for."""
    return round_up(children, 8)


AGENDA = np.dtype(
    [("tick", INT), ("due", INT), ("argument", INT), ("what", SMALL), ("next", SMALL)], align=True
)
"""A known time on some family's agenda, or a free place for one; each points at the next, and knows its tick:
``due``."""
REQUEST = np.dtype(
    [(name, INT) for name in ("priority", "since", "family", "offer", "ticket", "row", "line")], align=True
)
"""A request for a place."""
WORKER = np.dtype([(name, INT) for name in ("capacity", "held", "person", "leaves", "line")], align=True)
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
        "family_words",
        "child_words",
        "keyed_family_size",
        "keyed_child_size",
        "overload",
        "next_weighing",
        "panel_size",
        "safeguarded_size",
        "margin",
        "family_count",
        "spare",
        "calendar_shift",
        "to_enter",
        "to_enter_at",
        "near",
        "nearer",
        "offers_offset",
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
        "child_pointer",
        "keyed_family_pointer",
        "keyed_child_pointer",
        "first_child_pointer",
        "arrived_pointer",
        "new_family_pointer",
        "new_child_pointer",
        "panel_pointer",
        "safeguarded_pointer",
        "table_pointer",
        "entry_pointer",
        "chain_pointer",
        "change_pointer",
        "meeting_pointer",
        "worker_pointer",
        "ranking_pointer",
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
            *((name, NUMBERS, (len(Offer),)) for name in BY_OFFER),
            ("first_worker", INT, (lines + 1,)),
            ("first_rank", INT, (lines + 1,)),
            ("room", INT, (lines,)),
            ("months", INT, (months,)),
            ("stronger", INT, (GROUPS, months)),
            ("powers", INT, powers),
            ("rules", rules),
            ("services", services),
            (f"families_of_{children}", np.dtype(bool)),
        ],
        align=True,
    )
