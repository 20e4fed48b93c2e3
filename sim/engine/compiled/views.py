"""Numbers within records, opened to the rules as the lists they are, and brought near before they are needed.

What is read together lies together: everything about one offer. A rule still finds a list
of each kind, whose members are a stride apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import impl_ret_untracked
from numba.extending import intrinsic, overload_attribute
from numba.np.arrayobj import make_array, populate_array, record_getattr
from numba.np.numpy_support import from_dtype

from sim.engine.people import OF_CHILDREN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
    view = view_of(field, place)

    def opened(record: Any) -> Any:
        if field not in record.fields:
            return None
        shape = record.dtype[field].shape[:-1]

        def of_clocks(record: Any) -> Any:
            return view(record, (OF_CHILDREN + 2 * record.child_count,))

        def of_all(record: Any) -> Any:
            return view(record, shape)

        return of_clocks if field == "clocks" else of_all

    open_attribute(name, opened)


def open_attribute(name: str, opened: Callable[[Any], Any]) -> None:
    """Let rules read an attribute off records that have no field for it: ``opened`` gives, for a kind of
    record, the function that does so, or None."""
    own = field_of(name)

    @overload_attribute(types.Record, name)
    def attribute(record: Any) -> Any:
        if name not in record.fields:
            return opened(record)

        # Another kind of record has a field of its own by this name: numba would no longer look for it.
        def of_itself(record: Any) -> Any:
            return own(record)

        return of_itself


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


def pointer_to(kind: Any) -> Any:
    """A function that makes an address a pointer to records, or numbers, of a kind."""

    @intrinsic
    def as_pointer(_: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

        return types.CPointer(kind)(types.int64), generate

    return as_pointer
