"""Results as files that other tools read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.store import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from sim.results.estimates import Results


CHUNK = 16
"""Pairs of draw and run in a piece of the table: many make a small file quickly, few need little memory."""


def write_measures(path: Path, results: Results) -> None:
    """``measures.parquet``: one row a (scenario, draw, run, measure, period, group), written a few pairs at a
    time so that memory does not grow with the number of trials."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    n, runs = len(results.index), results.runs
    pairs = (results.draws + 1) * runs
    kind = pa.dictionary(pa.int32(), pa.string())
    words, numbers = ("scenario", "measure", "period", "group"), ("draw", "run")
    names = ("scenario", *numbers, *words[1:])
    kinds = {**dict.fromkeys(words, kind), **dict.fromkeys(numbers, pa.int32())}
    schema = pa.schema([*((name, kinds[name]) for name in names), ("value", pa.float64())])
    most = min(CHUNK, pairs) * n
    keys = [repeated(np.array(column), min(CHUNK, pairs)) for column in zip(*results.index.keys, strict=True)]
    scenarios = pa.array(list(results.scenarios))
    # Least and greatest words help nobody to skip a piece, since every piece has them all.
    told = ["scenario", *numbers, "value"]
    with (
        replacing(path) as beside,
        pq.ParquetWriter(
            beside, schema, compression="zstd", use_dictionary=list(names), write_statistics=told
        ) as writer,
    ):
        for row, scenario in enumerate(results.scenarios):
            which = pa.DictionaryArray.from_arrays(pa.array(np.full(most, row, dtype=np.int32)), scenarios)
            values = results.data[scenario].reshape(pairs, n)
            for first in range(0, pairs, CHUNK):
                piece = values[first : first + CHUNK]
                pair = np.repeat(np.arange(first, first + len(piece), dtype=np.int32), n)
                columns = [
                    which[: piece.size],
                    pa.array(pair // runs),
                    pa.array(pair % runs),
                    *(key[: piece.size] for key in keys),
                    pa.array(piece.ravel()),
                ]
                writer.write_table(pa.Table.from_arrays(columns, schema=schema), row_group_size=most)


def repeated(words: NDArray[np.str_], times: int) -> Any:
    """A column of words so many times over, each word kept once."""
    import pyarrow as pa

    once = pa.array(words).dictionary_encode()
    return pa.DictionaryArray.from_arrays(pa.array(np.tile(once.indices.to_numpy(), times)), once.dictionary)
