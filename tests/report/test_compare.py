"""Two runs compared: small folders written by hand, so that every difference is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.foundations.errors import InputError, StoreError
from sim.report.compare import compare, in_words

CONFIG = """\
study: {{name: Toy, meaning: {meaning}}}
run: {{start: 2023-04-01, end: 2025-04-01, seed: 7, draws: 9, runs: 1}}
effects:
  entry: {{value: {effect}, range: [0.5, 1.0], source: A paper.}}
scenarios:
  no change: {{meaning: Nothing.}}
  both:
    levers:
      - {{lever: open, service: edge_of_care, date: {opens}, source: A paper.}}
      - {{lever: posts, service: edge_of_care, role: manager, posts: 1, start: 2023-04-01}}
claims:
  - {{id: twenty, scenario: both, target: {target}, text: Words.}}
"""
LEVELS = {"no change": [[100.0, 104.0], [90.0, 94.0]], "both": [[95.0, 97.0], [88.0, 92.0]]}
"""Children looked after at the last date: two draws of two runs."""


def estimate(middle: float) -> dict[str, float]:
    return {"mean": middle, "p5": middle - 2, "p50": middle, "p95": middle + 2, "error": 0.5}


def made(
    folder: Path,
    *,
    levels: dict[str, list[list[float]]] = LEVELS,
    saved: float = 100_000.0,
    manifest: dict[str, Any] | None = None,
    **config: Any,
) -> Path:
    """A run folder with two scenarios, one year, and nothing that a comparison does not read."""
    folder.mkdir(parents=True)
    said = {"meaning": "Words", "effect": 0.7, "opens": "2023-06-01", "target": 24} | config
    (folder / "config.yaml").write_text(CONFIG.format(**said))
    head = {"schema": 1, "status": "finished", "authority": "Toy", "start": "2023-04-01", "end": "2025-04-01",
            "scenarios": list(levels), "draws": 2, "runs": 2, "seed": 7, "jobs": 1, "engine": "simpy",
            "code_digest": "c0de", "identity": "1d", "began": "2026-01-01T00:00:00+00:00"}  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(head | (manifest or {})))
    day = "2025-03-31"
    summary = {
        "dates": ["2025-02-28", day],
        "years": ["2024/25"],
        "children_looked_after": {n: {day: estimate(sum(map(sum, v)) / 4)} for n, v in levels.items()},
        "difference": {"both": {day: estimate(4.0)}},
        "saving": {"both": {"2024/25": {"gross": estimate(saved), "net": estimate(saved - 30_000)}}},
    }
    (folder / "summary.json").write_text(json.dumps(summary))
    rows = [(name, draw + 1, run, "children looked after", day, "all", value)
            for name, by_draw in levels.items() for draw, by_run in enumerate(by_draw)
            for run, value in enumerate(by_run)]  # fmt: skip
    rows += [(name, 0, run, "children looked after", day, "all", 999.0) for name in levels for run in (0, 1)]
    names = ("scenario", "draw", "run", "measure", "period", "group", "value")
    columns = [list(column) for column in zip(*reversed(rows), strict=True)]
    pq.write_table(pa.table(dict(zip(names, columns, strict=True))), folder / "measures.parquet")
    return folder


def figure(found: dict[str, Any], scenario: str, what: str) -> dict[str, Any]:
    return next(one for one in found["scenarios"][scenario] if one["what"] == what)


def test_a_run_compared_with_itself_differs_in_nothing(tmp_path: Path) -> None:
    run = made(tmp_path / "a")
    found = compare(run, run)
    assert found["settings"] == []
    assert found["paired"]
    for rows in found["scenarios"].values():
        for one in rows:
            assert one["difference_of_middles"] == 0
    assert "Nothing that was asked differs." in in_words(found)


def test_children_are_paired_by_draw_and_run(tmp_path: Path) -> None:
    first = made(tmp_path / "a")
    # In the second run "both" has 3, 1, 2 and 0 fewer children, trial by trial.
    other = LEVELS | {"both": [[92.0, 96.0], [86.0, 92.0]]}
    found = compare(first, made(tmp_path / "b", levels=other))
    gain = figure(found, "both", "children looked after")["paired_difference"]
    assert gain["mean"] == -1.5
    assert gain["p50"] == -1.5
    assert gain["error"] == 0.5  # draw means are -2 and -1: sd 0.7071, over the root of two
    assert figure(found, "both", "fewer children")["paired_difference"]["mean"] == 1.5
    assert figure(found, "no change", "children looked after")["paired_difference"]["mean"] == 0


def test_pounds_are_compared_by_their_middles(tmp_path: Path) -> None:
    found = compare(made(tmp_path / "a"), made(tmp_path / "b", saved=250_000.0))
    gross = figure(found, "both", "saved, gross")
    assert (gross["difference_of_middles"], gross["paired_difference"]) == (150_000, None)
    text = in_words(found)
    assert "£150,000 (middles)" in text
    assert "pounds by their middles" in text


@pytest.mark.parametrize(
    ("manifest", "said"), [({"seed": 8}, "in seed,"), ({"seed": 8, "draws": 3}, "in seed and draws,")]
)
def test_other_luck_is_not_paired_and_says_so(tmp_path: Path, manifest: dict[str, Any], said: str) -> None:
    found = compare(made(tmp_path / "a"), made(tmp_path / "b", manifest=manifest))
    assert not found["paired"]
    assert said in found["pairing"]
    assert all(one["paired_difference"] is None for rows in found["scenarios"].values() for one in rows)
    assert {"setting": "seed", "first": "7", "second": "8"} in found["settings"]


def test_it_says_what_was_asked_differently_and_leaves_prose_out(tmp_path: Path) -> None:
    first = made(tmp_path / "a", effect="0.70")
    second = made(tmp_path / "b", effect="0.8", meaning="Other", opens="2023-09-01", target=30)
    found = compare(first, second)
    levers = "scenarios.both.levers"
    assert found["settings"] == [
        {"setting": "effects.entry.value", "first": "0.7", "second": "0.8"},
        {"setting": "claims.twenty.target", "first": "24", "second": "30"},
        {"setting": levers, "first": "open: edge_of_care, date 2023-06-01", "second": "not there"},
        {"setting": levers, "first": "not there", "second": "open: edge_of_care, date 2023-09-01"},
    ]
    assert compare(first, made(tmp_path / "c", effect=0.7))["settings"] == []


def test_scenarios_of_one_run_only_are_named(tmp_path: Path) -> None:
    fewer = {"no change": LEVELS["no change"]}
    found = compare(made(tmp_path / "a"), made(tmp_path / "b", levels=fewer))
    assert found["scenarios_in_one_only"] == ["both"]
    assert list(found["scenarios"]) == ["no change"]
    assert "In one run only: both." in in_words(found)


def test_what_is_no_finished_run_is_refused(tmp_path: Path) -> None:
    run = made(tmp_path / "a")
    with pytest.raises(InputError, match="is not a run folder"):
        compare(run, tmp_path)
    (run / "summary.json").unlink()
    with pytest.raises(InputError, match="not finished"):
        compare(run, run)


def test_damaged_measures_are_told(tmp_path: Path) -> None:
    run, other = made(tmp_path / "a"), made(tmp_path / "b")
    (other / "measures.parquet").write_bytes(b"nothing of the kind")
    with pytest.raises(StoreError, match="cannot be read"):
        compare(run, other)
    (other / "measures.parquet").unlink()
    found = compare(run, other)
    assert not found["paired"]
    assert "has no measures.parquet" in found["pairing"]


def test_fewer_children_than_different_scenarios_are_not_paired(tmp_path: Path) -> None:
    run = made(tmp_path / "a")
    summary = json.loads((run / "summary.json").read_text())
    (run / "summary.json").write_text(json.dumps(summary | {"against": {"both": "another"}}))
    found = compare(run, made(tmp_path / "b"))
    assert figure(found, "both", "fewer children")["paired_difference"] is None
    assert figure(found, "both", "children looked after")["paired_difference"] is not None
