"""Do the two services count the same children? The answer under three structures of their routes.

What overlaps depends on what nobody has measured: whether each service works mainly on its own route into
care or on both, and whether the families at risk on one route are those at risk on the other.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from sim.experiment.experiment import MAIN_SCENARIO
from sim.experiment.variants import run_variants
from sim.foundations.errors import InputError
from sim.results.estimates import LOOKED_AFTER, estimate
from sim.study.futures import Futures
from sim.study.variants import structures_of

if TYPE_CHECKING:
    from sim.experiment.experiment import Progress
    from sim.results.estimates import Results
    from sim.study.config import Study


def pair_of(study: Study) -> tuple[str, str, str]:
    """Two scenarios and the one that unites them. InputError if the study has none."""
    rivals = [name for name in study.scenarios if name != MAIN_SCENARIO]
    for a, b in combinations(rivals, 2):
        union = study.scenario(a).levers | study.scenario(b).levers
        both = [name for name in rivals if name not in (a, b) and study.scenario(name).levers == union]
        if both and study.scenario(a).levers and study.scenario(b).levers:
            return a, b, both[0]
    raise InputError.of("no scenario of this study unites two others, so there is no overlap to report")


def overlap_by_structure(
    study: Study, draws: int, runs: int, jobs: int = 1, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """One row a structure, each on the same draws and runs: fewer children on the last day by each alone and
    together, what is counted twice, and the families whom both served. Estimates as in summary.json."""
    a, b, both = pair_of(study)
    rivals = structures_of(study, "routes")
    futures = Futures(draws=draws, runs=runs)
    rows = {
        one.id: _row(one.study.structure.routes, results, (a, b), both)
        for one, results in run_variants(rivals, (a, b, both), futures, jobs=jobs, progress=progress)
    }
    return [rows[one.id] for one in rivals]


def _row(routes: str, results: Results, pair: tuple[str, str], both: str) -> dict[str, Any]:
    return {
        "routes": routes,
        "scenarios": list(pair),
        "both": both,
        "date": results.index.periods(LOOKED_AFTER)[-1],
        "futures": results.draws * results.runs,
        "children": results.overlap(*pair).as_dict(),
        "families_served_by_both": estimate(results.series(both, "served by both", "whole")).as_dict(),
    }


def report(rows: list[dict[str, Any]]) -> str:
    """What was found, for the terminal."""
    a, b = rows[0]["scenarios"]
    text = [
        f"Fewer children looked after on {rows[0]['date']}: mean of {rows[0]['futures']} futures (9 in 10)",
        "",
        f"{'':16}{a:>22}{b:>22}{'together':>20}{'counted twice':>20}{'families of both':>18}",
    ]
    for row in rows:
        children = row["children"]
        parts = (children[a]["alone"], children[b]["alone"], children["together"], children["overlap"])
        cells = [f"{one['mean']:z.1f} ({one['p5']:z.0f} to {one['p95']:z.0f})" for one in parts]
        text.append(
            f"{row['routes']:16}{cells[0]:>22}{cells[1]:>22}{cells[2]:>20}{cells[3]:>20}"
            f"{row['families_served_by_both']['mean']:>18.0f}"
        )
    text += [
        "",
        "mainly own: each service works mainly on its own route into care. both: each works on both.",
        "correlated: as the first, and who is at risk on one route is more often at risk on the other.",
    ]
    return "\n".join(text)
