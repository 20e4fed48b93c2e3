"""Where two engines part, told as a story: the family, what both say of it, and what each says next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.events import Event
from sim.experiment.recheck import first_difference
from sim.foundations.clock import TICKS_PER_DAY
from sim.report.story import introduction, lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.engine.events import EventLog
    from sim.experiment.verify import Divergence, Verified
    from sim.study.config import Study

ENGINES = ("SimPy, the reference, says next", "The compiled engine says next")
NOBODY = -1
"""The family of what happens to no family."""


def verdict(verified: Verified) -> str:
    """One trial in one line."""
    trial = verified.trial
    found = "identical" if verified.divergence is None else "NOT the same"
    return f"{trial.scenario}, draw {trial.draw}, run {trial.run}: {verified.records:,} records, {found}"


def conclusion(verified: Sequence[Verified]) -> str:
    """All trials in one line."""
    identical = sum(one.divergence is None for one in verified)
    records = sum(one.records for one in verified)
    told = f"{records / 1e6:.1f} million" if records >= 100_000 else f"{records:,}"
    return f"{identical} of {len(verified)} logs are identical ({told} records)."


def divergence_story(study: Study, verified: Verified) -> str:
    """The story of the family in which the engines part, up to there and at it."""
    divergence, trial = verified.divergence, verified.trial
    assert divergence is not None
    family = divergence.family
    where = f"{trial.scenario}, draw {trial.draw}, run {trial.run}"
    head = [f"The engines part in the trial of {where}, at record {divergence.row + 1} of the log."]
    rows = (divergence.plan.families.id == family).nonzero()[0]
    if family == NOBODY:
        head.append("It is of no family: the load of the safeguarding social workers.")
    elif len(rows):
        head += introduction(study, divergence.plan, int(rows[0]), family, trial.draw, trial.run)
    else:
        head.append(f"It is of family {family}, which the plan does not have.")
    one, other = divergence.reference.of_family(family), divergence.other.of_family(family)
    at = first_difference(one, other)
    assert at is not None
    text = [*head, "", "Both engines say:"]
    text += [f"  {line}" for line in told(study, divergence, one, family, 0, at)] or ["  nothing yet"]
    text += ["", "▶ Here they part."]
    for engine, log in zip(ENGINES, (one, other), strict=True):
        text += ["", f"{engine}:"]
        text += [f"  {line}" for line in told(study, divergence, log, family, at, at + 1)] or [
            "  nothing more happens"
        ]
        text += [f"  ({record(log, at)})"] if at < len(log) else []
    return "\n".join(text)


def told(
    study: Study, divergence: Divergence, log: EventLog, family: int, first: int, last: int
) -> list[str]:
    """Some records of a family's log in words."""
    part = log.part(first, last)
    if family != NOBODY:
        try:
            return [line for _, line in lines(study, divergence.plan, part, family)]
        except (KeyError, IndexError, ValueError):
            return ["something that cannot happen"]  # a broken engine may write any number
    return [
        f"{study.clock.date(tick):%d %b %Y}  the load is {load / (1 << 20):.4f} times the usual"
        for tick, load in zip(part.tick.tolist(), part.amount.tolist(), strict=True)
    ]


def record(log: EventLog, at: int) -> str:
    """One record as it stands in the log."""
    code = int(log.event[at])
    name = Event(code).name.lower().replace("_", " ") if code in list(Event) else f"event {code}"
    return (
        f"tick {log.tick[at]}, day {log.tick[at] / TICKS_PER_DAY:.3f}; child {log.child[at]}; {name}; "
        f"what {log.what[at]}; amount {log.amount[at]}"
    )
