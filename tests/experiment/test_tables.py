"""What other tools read holds every number, in the order and with the words of the results."""

from pathlib import Path

import pandas as pd
import pytest

from sim.experiment.tables import CHUNK, write_measures
from tests.made_up import made_up


@pytest.mark.parametrize(("draws", "runs"), [(6, 3), (0, 1), (3, CHUNK // 4)])
def test_the_table_of_measures_is_the_results_number_for_number(
    tmp_path: Path, draws: int, runs: int
) -> None:
    """As many pairs as do not fill the last piece; fewer than a piece; exactly one piece."""
    results = made_up(draws, runs)
    write_measures(tmp_path / "measures.parquet", results)
    found = pd.read_parquet(tmp_path / "measures.parquet")
    wanted = results.measures
    assert list(found.columns) == list(wanted.columns)
    for name in wanted.columns:
        assert found[name].tolist() == wanted[name].tolist(), name
