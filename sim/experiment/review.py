"""What a review that may end posts finds in one trial, against the scenario that it is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.foundations.clock import TICKS_PER_DAY
from sim.results.economics import savings, spent_by
from sim.results.estimates import Results
from sim.results.measure_review import Outcome
from sim.results.measures import index_of
from sim.results.prices import prices_by_draw
from sim.results.reading import Reading

if TYPE_CHECKING:
    from sim.experiment.trial import TrialResult
    from sim.foundations.clock import Clock
    from sim.study.config import Study
    from sim.study.levers import Review


def judge(study: Study, review: Review, here: TrialResult, there: TrialResult) -> Outcome:
    """What a review finds of a scenario, ``here``, against the one that it is compared with.

    Nothing after the day of the review is read.
    """
    if review.saved is None:
        tick = study.clock.tick(review.on) + TICKS_PER_DAY
        found = float(looked_after(there, study.clock, tick) - looked_after(here, study.clock, tick))
    else:
        found = net_saved(study, here, there, study.clock.years_over(review.on))
    return Outcome(review=review, found=found)


def looked_after(world: TrialResult, clock: Clock, tick: int) -> int:
    """Children in care at the end of the day before a tick."""
    stays = Reading(world.log, world.plan, clock).stays
    return int(((stays["begin"] < tick) & (stays["end"] >= tick)).sum())


def net_saved(study: Study, here: TrialResult, there: TrialResult, years: tuple[str, ...]) -> float:
    """Pounds that one world saves net against another over some financial years, at the draw's own prices."""
    pair = Results(
        study=study,
        scenarios=(there.trial.scenario, here.trial.scenario),
        draws=0,
        runs=1,
        index=index_of(study.clock),
        data={one.trial.scenario: one.measures[None, None, :] for one in (there, here)},
    )
    spent = spent_by(study, pair, prices_by_draw(study, [here.trial.draw]))
    return float(sum(savings(spent, here.trial.scenario, year)["net"][0, 0] for year in years))
