"""Numbers within records, opened to the rules as the lists they are, and brought near before they are needed.

What is read together lies together: everything about one offer, or about one spell. A rule still finds a list
of each kind, whose members are a stride apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import impl_ret_untracked
from numba.extending import intrinsic, models, overload_attribute, register_model
from numba.np.arrayobj import make_array, populate_array, record_getattr
from numba.np.numpy_support import from_dtype

from sim.engine.people import OF_CHILDREN

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE = 64
"""Bytes that the processor fetches at once."""
TO_READ, KEEP, DATA = 0, 3, 1
"""How LLVM is told what for, how near, and that it is no code."""


def view_of(field: str, place: int) -> Any:
    """A function that opens, of every row of a record's field, the number at a place: a list as long as the
    shape that it is given, or a list of lists."""

    @intrinsic
    def opened(_: Any, record: Any, shape: Any) -> Any:
        dtype = np.dtype(record.dtype[field])
        number, sizes = dtype.base, dtype.shape
        kind = from_dtype(number)
        strides = [number.itemsize * int(np.prod(sizes[axis + 1 :])) for axis in range(len(shape))]
        start = record.offset(field) + place * number.itemsize

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pointer = cgutils.get_record_member(builder, arguments[0], start, context.get_data_type(kind))
            array = make_array(signature.return_type)(context, builder)
            populate_array(
                array,
                data=pointer,
                shape=cgutils.unpack_tuple(builder, arguments[1]),
                strides=[context.get_constant(types.intp, stride) for stride in strides],
                itemsize=context.get_constant(types.intp, number.itemsize),
                meminfo=None,
            )
            return impl_ret_untracked(context, builder, signature.return_type, array._getvalue())

        return types.Array(kind, len(shape), "A")(record, shape), generate

    return opened


def open_views(fields: Mapping[str, tuple[str, ...]]) -> None:
    """Let rules read, by its own name, each of the kinds of number that a field of a record holds."""
    for field, names in fields.items():
        for place, name in enumerate(names):
            open_view(field, place, name)


def open_view(field: str, place: int, name: str) -> None:
    """The same for one kind. A family's clocks are as many as its children need."""
    view, own, clocks = view_of(field, place), field_of(name), field == "clocks"

    @overload_attribute(types.Record, name)
    def attribute(record: Any) -> Any:
        if name in record.fields:
            # Another kind of record has a field of its own by this name: numba would no longer look for it.
            def of_itself(record: Any) -> Any:
                return own(record)

            return of_itself
        if field not in record.fields:
            return None
        shape = record.dtype[field].shape[:-1]

        def of_clocks(record: Any) -> Any:
            return view(record, (OF_CHILDREN + 2 * record.child_count,))

        def of_all(record: Any) -> Any:
            return view(record, shape)

        return of_clocks if clocks else of_all


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
    luck, own = luck_of(column), field_of(column)

    @overload_attribute(types.Record, column)
    def attribute(record: Any) -> Any:
        if column in record.fields:

            def of_itself(record: Any) -> Any:
                return own(record)

            return of_itself
        if record != from_dtype(owner):
            return None

        def opened(record: Any) -> Any:
            return luck(record)

        return opened


def field_of(name: str) -> Any:
    """A function that reads a record's own field."""

    @intrinsic
    def opened(_: Any, record: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return record_getattr(context, builder, record, arguments[0], name)

        return record.typeof(name)(record), generate

    return opened


def fetched(_: Any, address: Any) -> Any:
    """Bring what is at an address near; one that is nothing's does no harm."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number = ir.IntType(32)
        pointer = builder.inttoptr(arguments[0], cgutils.voidptr_t)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, number, number, number])
        call = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(call, [pointer, number(TO_READ), number(KEEP), number(DATA)])
        return impl_ret_untracked(context, builder, types.none, context.get_dummy_value())

    return types.none(types.int64), generate


prefetch: Any = intrinsic(fetched)
