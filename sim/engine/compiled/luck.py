"""What chance has fixed by occurrence, asked of a record as of a list: ``child.keyed.crisis[2]``.

The first numbers of what most families need lie in the record; all others are worked out from their
addresses, or looked up in a table, when a rule reads them.
"""

from __future__ import annotations

from operator import getitem
from typing import Any

import numpy as np
from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_jitable, register_model
from numba.np.numpy_support import from_dtype

from sim.engine.compiled.layout import (
    CHILD_SEQUENCES,
    FAMILY_SEQUENCES,
    FIRST,
    KEYED_CHILD,
    KEYED_FAMILY,
    NUMBERS,
    first_field,
)
from sim.engine.compiled.views import open_attribute, pointer_to, view_of
from sim.foundations.addressed_compiled import number

PLACES = {
    name: (place, len(columns))
    for columns in (FAMILY_SEQUENCES, CHILD_SEQUENCES)
    for place, name in enumerate(columns)
}
"""By column of numbers: which it is among those of its table, and how many these are."""
ints, numbers_at = pointer_to(types.int64), pointer_to(from_dtype(NUMBERS))


class Luck(types.Type):
    """What chance has fixed of one kind for a family or child: its record, of which a number is asked as of a
    list."""

    def __init__(self, record: Any, column: str) -> None:
        self.record, self.column = record, column
        super().__init__(f"Luck({record}, {column})")


@register_model(Luck)
class LuckModel(models.StructModel):
    """In memory: where the record is."""

    def __init__(self, manager: Any, luck: Luck) -> None:
        super().__init__(manager, luck, [("address", types.int64)])


def luck_of(column: str) -> Any:
    """A function that makes a record the luck of one of its columns."""

    @intrinsic
    def opened(_: Any, record: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            luck = cgutils.create_struct_proxy(signature.return_type)(context, builder)
            luck.address = builder.ptrtoint(arguments[0], context.get_value_type(types.int64))
            return luck._getvalue()

        return Luck(record, column)(record), generate

    return opened


def record_in(_: Any, luck: Any) -> Any:
    """The record of luck."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = cgutils.create_struct_proxy(luck)(context, builder, value=arguments[0]).address
        return builder.inttoptr(address, context.get_value_type(luck.record))

    return luck.record(luck), generate


record_of: Any = intrinsic(record_in)


def open_luck(column: str, owner: np.dtype[np.void]) -> None:
    """Let rules read a column of numbers by its own name off the records of its owner."""
    luck = luck_of(column)

    def opened(record: Any) -> Any:
        def of_owner(record: Any) -> Any:
            return luck(record)

        return of_owner if record == from_dtype(owner) else None

    open_attribute(column, opened)


@register_jitable
def number_of(numbers: Any, row: Any, occurrence: Any) -> Any:
    """One of a row's numbers in a column: from its table, or from its address."""
    if occurrence < numbers.width:
        return carray(ints(numbers.known), ((row + 1) * numbers.width,))[row * numbers.width + occurrence]
    block = carray(ints(numbers.block), (row + 1,))[row]
    entity = carray(ints(numbers.entity), (row + 1,))[row]
    slot = carray(ints(numbers.slots), (row + 1,))[row] if numbers.slots else numbers.slot
    key = numbers.key[0], numbers.key[1]
    return number(key, block, slot, entity, occurrence, numbers.meaning, numbers.scale, numbers.spread)


for owner, columns in ((KEYED_FAMILY, FAMILY_SEQUENCES), (KEYED_CHILD, CHILD_SEQUENCES)):
    for column in columns:
        open_luck(column, owner)


@overload(getitem)
def _number(luck: Any, occurrence: Any) -> Any:
    if not isinstance(luck, Luck):
        return None
    place, size = PLACES[luck.column]
    count = FIRST.get(luck.column, 0)
    view = view_of(first_field(luck.column), 0)

    def seldom(luck: Any, occurrence: Any) -> int:
        record = record_of(luck)
        return number_of(carray(numbers_at(record.numbers), (size,))[place], record.row, occurrence)

    later = register_jitable(seldom)

    def often(luck: Any, occurrence: Any) -> int:
        return view(record_of(luck), (count,))[occurrence] if occurrence < count else later(luck, occurrence)

    return often if count else seldom
