"""Results as files that other tools read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.store import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from sim.results.estimates import Results


def write_measures(path: Path, results: Results) -> None:
    """``measures.parquet``: one row a (scenario, draw, run, measure, period, group), written pair by pair so
    that memory does not grow with the number of trials."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    n = len(results.index.keys)
    columns = [np.array(column) for column in zip(*results.index.keys, strict=True)]
    coded = [pa.array(column).dictionary_encode() for column in columns]
    kind = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema(
        [
            ("scenario", kind),
            ("draw", pa.int32()),
            ("run", pa.int32()),
            ("measure", kind),
            ("period", kind),
            ("group", kind),
            ("value", pa.float64()),
        ]
    )
    names = pa.array(list(results.scenarios))
    with replacing(path) as beside, pq.ParquetWriter(beside, schema, compression="zstd") as writer:
        for row, scenario in enumerate(results.scenarios):
            which = pa.DictionaryArray.from_arrays(pa.array(np.full(n, row, dtype=np.int32)), names)
            for draw in range(results.draws + 1):
                for run in range(results.runs):
                    values = [
                        which,
                        pa.array(np.full(n, draw, dtype=np.int32)),
                        pa.array(np.full(n, run, dtype=np.int32)),
                        *coded,
                        pa.array(np.asarray(results.data[scenario][draw, run])),
                    ]
                    writer.write_table(pa.Table.from_arrays(values, schema=schema))
