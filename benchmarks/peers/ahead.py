"""Asking the processor, from compiled code, to bring numbers near before they are needed."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import impl_ret_untracked
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

TO_READ, KEEP, DATA = 0, 3, 1
"""How LLVM is told what for, how near, and that it is no code."""


@intrinsic
def prefetch(_: Any, array: Any, at: Any) -> Any:
    """Bring an element of an array near; one that is not there does no harm."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number = ir.IntType(32)
        numbers = make_array(signature.args[0])(context, builder, arguments[0])
        address = builder.bitcast(builder.gep(numbers.data, [arguments[1]]), cgutils.voidptr_t)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, number, number, number])
        call = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(call, [address, number(TO_READ), number(KEEP), number(DATA)])
        return impl_ret_untracked(context, builder, types.none, context.get_dummy_value())

    return types.none(array, at), generate
