"""Philox-4x64-10 compiled to machine code, a table of numbers at a time. Importing this imports numba.

The generator of ``sim.foundations.philox`` to the bit. NumPy's own has to be set up anew for each column of a
table, and draws the words of those too who are left out.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from sim.foundations.compiled_code import cached

if numba.config.DISABLE_JIT:
    raise ImportError("without compilation there is no multiplication of 64 bits by 64")

LARGEST = 1.0 - 2.0**-53
MULTIPLIERS = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
WEYL = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
ROUNDS = 10


def multiply_high(typing_context: Any, a: Any, b: Any) -> Any:
    """The upper 64 bits of a product, for which compiled Python has no word."""

    def make(context: Any, builder: Any, signature: Any, factors: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(*(builder.zext(factor, wide) for factor in factors))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), make


high: Any = intrinsic(multiply_high)


@njit(nogil=True)
def four(key: Any, place: Any, block: Any, slot: Any, occurrence: Any) -> Any:
    """The four words of one counter."""
    a, b, c, d = place, block, slot, occurrence
    one, two = key
    for _ in range(ROUNDS):
        a, b, c, d = (
            high(MULTIPLIERS[1], c) ^ b ^ one,
            MULTIPLIERS[1] * c,
            high(MULTIPLIERS[0], a) ^ d ^ two,
            MULTIPLIERS[0] * a,
        )
        one += WEYL[0]
        two += WEYL[1]
    return a, b, c, d


@njit(nogil=True)
def middle(word: Any) -> Any:
    """A word as a number strictly between 0 and 1."""
    return min((float(word >> np.uint64(11)) + 0.5) * 2.0**-53, LARGEST)


@njit(nogil=True)
def fill(key: Any, block: Any, slot: Any, entity: Any, out: Any) -> None:
    """``sim.foundations.philox.fill``: four neighbours share a counter, so each is worked out once."""
    rows, occurrences = out.shape
    middles = np.empty((4, occurrences))
    row = 0
    while row < rows:
        counter, of_block, of_slot = entity[row] >> 2, block[row], slot[row]
        place = np.uint64(counter + 1)
        for k in range(occurrences):
            words = four(key, place, np.uint64(of_block), np.uint64(of_slot), np.uint64(k))
            middles[0, k], middles[1, k] = middle(words[0]), middle(words[1])
            middles[2, k], middles[3, k] = middle(words[2]), middle(words[3])
        while row < rows and entity[row] >> 2 == counter and block[row] == of_block and slot[row] == of_slot:
            lane = entity[row] & 3
            for k in range(occurrences):
                out[row, k] = middles[lane, k]
            row += 1


@njit(nogil=True)
def uniform_at(key: Any, block: Any, slot: Any, entity: Any, occurrence: Any) -> Any:
    """The uniform of one address."""
    place = np.uint64((entity >> 2) + 1)
    words = four(key, place, np.uint64(block), np.uint64(slot), np.uint64(occurrence))
    lane = entity & 3
    return middle(words[0] if lane == 0 else words[1] if lane == 1 else words[2] if lane == 2 else words[3])


@njit(nogil=True)
def single(key: Any, block: Any, slot: Any, entity: Any, occurrence: Any) -> Any:
    """``sim.foundations.philox.single``."""
    return uniform_at(key, block, slot, entity, occurrence)


ADDRESSES = types.int64[:]
KEY = types.UniTuple(types.uint64, 2)
cached(fill, types.void(KEY, ADDRESSES, ADDRESSES, ADDRESSES, types.float64[:, ::1]))
cached(single, types.float64(KEY, types.int64, types.int64, types.int64, types.int64))
