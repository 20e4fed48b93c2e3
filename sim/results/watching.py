"""Each claim watched month by month, over futures in which different things are believed: which figure would
tell first that it fails, and how often it would mislead.

Posts as they are and posts filled are apart: pooled, the number of posts filled would tell the two from each
other, and so seem to tell success from failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.results.early_signs import (
    FEWEST,
    LEVEL,
    Figure,
    Floats,
    Ints,
    Mask,
    Picked,
    errors,
    first_sign,
    largest_share,
    least_wrong,
    spread,
)
from sim.results.economics import Money, money, savings
from sim.results.estimates import LOOKED_AFTER, Results, tidy
from sim.results.monthly_figures import Seen, figures
from sim.results.practice import twin
from sim.results.summary import child_years

if TYPE_CHECKING:
    from sim.study.claims import Claim

Part = dict[str, Any]
"""A branch of summary.json."""

AS_PLANNED, FILLED = "posts as they are", "every post filled"
"""The two ways in which each scenario's posts go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """A study's scenarios as they go if one set of beliefs is right."""

    evidence: str
    """What is believed: "central", "claimed" …"""
    results: Results
    """Trials of the claimed scenarios, of no change and, as far as they were run, of the twins with every
    post filled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """All futures of one scenario in which posts go the same way, whatever is believed in them."""

    gain: Floats
    """[futures] what the claim is about: children fewer, or pounds saved."""
    draw: Ints
    """[futures] the draw that each belongs to."""
    world: Ints
    """[futures] place of each in `labels`."""
    labels: tuple[str, ...]
    """What is believed."""


View = tuple[int, str, Seen]
"""Place of the world, what is believed in it, and what is seen."""


def early_signs(worlds: Sequence[Believed], draws: int, runs: int, level: float = LEVEL) -> Part:
    """The branch of summary.json: what the futures are, and each claim with its signs.

    Of each world the first ``draws`` draws and ``runs`` runs are taken, so that all weigh alike.
    """
    study = worlds[0].results.study
    spent = [money(world.results.study, world.results) for world in worlds]
    kept: dict[tuple[str, str], list[Figure]] = {}

    def part(claim: Claim, posts: str) -> Part | None:
        views = views_of(worlds, claim.scenario, posts, draws, runs)
        if not views:
            return None
        key = (claim.scenario, posts)
        if key not in kept:
            by_world = [figures(seen, spent[place], claim.scenario) for place, _, seen in views]
            kept[key] = [joined(same) for same in zip(*by_world, strict=True)]
        return _claim(claim, pool_of(views, spent, claim), kept[key], views[0][2].ends, level)

    claims = [
        {"id": claim.id, "as_they_are": part(claim, AS_PLANNED), "filled": part(claim, FILLED)}
        for claim in study.claims
        if all(claim.scenario in world.results.rivals for world in worlds)
    ]
    return {
        "draws": draws,
        "runs": runs,
        "level": tidy(level),
        "fewest": FEWEST,
        "evidence": [world.evidence for world in worlds],
        "claims": claims,
    }


def views_of(worlds: Sequence[Believed], scenario: str, posts: str, draws: int, runs: int) -> list[View]:
    """What is seen of a scenario, or of its twin, in every world that has it."""
    found = []
    for place, world in enumerate(worlds):
        name = scenario if posts == AS_PLANNED else twin(world.results, scenario)
        if name is not None:
            seen = Seen(results=world.results, scenario=name, draws=draws, runs=runs)
            found.append((place, world.evidence, seen))
    return found


def pool_of(views: Sequence[View], spent: Sequence[Money], claim: Claim) -> Pool:
    """What a claim is about in every future that is seen."""
    gains, draw, world = [], [], []
    for place, (of, _, seen) in enumerate(views):
        gain = seen.flat(gain_of(seen, spent[of], claim))
        gains.append(gain)
        draw.append(np.repeat(np.arange(seen.draws), seen.runs))
        world.append(np.full(len(gain), place))
    return Pool(
        gain=np.concatenate(gains),
        draw=np.concatenate(draw),
        world=np.concatenate(world),
        labels=tuple(label for _, label, _ in views),
    )


def gain_of(seen: Seen, spent: Money, claim: Claim) -> Floats:
    """[draws, runs] children fewer or pounds saved in a scenario, or its twin, against the claim's baseline.

    A twin is compared with its scenario, and that with the baseline, at the same price levers: what both save
    is added.
    """
    results, base = seen.results, seen.results.against(claim.scenario)
    assert base is not None
    if claim.kind == "children":
        if claim.on_a_date:
            return results.difference(seen.scenario, base, LOOKED_AFTER, on=claim.by).fewer
        return child_years(results, base, claim.by) - child_years(results, seen.scenario, claim.by)
    found = savings(spent, claim.scenario, claim.by)[claim.basis][1:]
    if seen.scenario != claim.scenario:
        found = found + savings(spent, seen.scenario, claim.by)[claim.basis][1:]
    return found


def joined(same: Sequence[Figure]) -> Figure:
    """One figure of several views, over the futures of all."""
    first = same[0]
    values = np.concatenate([one.values for one in same])
    return Figure(name=first.name, unit=first.unit, above=first.above, values=values)


def months_before(claim: Claim, ends: Sequence[str]) -> int:
    """How many month ends come before the one that a claim falls due on: a sign on that day is none."""
    due = claim.by if claim.on_a_date else f"{int(claim.by[:4]) + 1}-03-31"
    return sum(end < due for end in ends)


def _claim(claim: Claim, pool: Pool, seen: Sequence[Figure], ends: Sequence[str], level: float) -> Part:
    """How often the claim is met, and the first sign of the greatest part of it of which there can be one."""
    share = largest_share(pool.gain, claim.target)
    part: Part = {
        "futures": len(pool.gain),
        "met": int((pool.gain >= claim.target).sum()),
        "met_by_world": {
            label: tidy(float((pool.gain[pool.world == place] >= claim.target).mean()))
            for place, label in enumerate(pool.labels)
        },
        "share": share,
        "sign": None,
        "best": None,
        "obvious": None,
        "picture": None,
    }
    if share is None:
        return part
    met, months = pool.gain >= share * claim.target, months_before(claim, ends)
    part["met_share"] = int(met.sum())
    found = [errors(figure, met, pool.draw) for figure in seen]
    first = first_sign(found, met, pool.draw, months, level)
    best = least_wrong(found, pool.draw, months)
    told = first or best

    def sign(picked: Picked | None) -> Part | None:
        return None if picked is None else _sign(pool, met, seen[picked.figure], picked, ends[picked.month])

    part["sign"], part["best"] = sign(first), sign(best)
    if months:
        when, limit = first.month if first else months - 1, found[0].threshold
        warned = found[0].warned[:, when]
        part["obvious"] = sign(Picked(figure=0, month=when, threshold=float(limit[when]), warned=warned))
    shown = dict.fromkeys((0, told.figure if told else 0))
    part["picture"] = [_bands(seen[place], met, ends) for place in shown]
    return part


def _sign(pool: Pool, met: Mask, figure: Figure, picked: Picked, end: str) -> Part:
    """One figure at one month end, with how often it misleads: comforts, and alarms, by what is believed."""
    quiet = picked.warned == 0

    def by_world(of: Mask, wrong: Mask) -> Part:
        return {
            label: tidy(float(wrong[there].mean()))
            for place, label in enumerate(pool.labels)
            if (there := of & (pool.world == place)).any()
        }

    return {
        "figure": figure.name,
        "unit": figure.unit,
        "above": figure.above,
        "month": end,
        "threshold": tidy(picked.threshold),
        "false_comfort": tidy(float(quiet[~met].mean())),
        "false_comfort_error": tidy(spread(quiet[~met], pool.draw[~met])),
        "false_alarm": tidy(float(1 - quiet[met].mean())),
        "false_alarm_error": tidy(spread(~quiet[met], pool.draw[met])),
        "false_comfort_by_world": by_world(~met, quiet),
        "false_alarm_by_world": by_world(met, ~quiet),
    }


def _bands(figure: Figure, met: Mask, ends: Sequence[str]) -> Part:
    """Middle and nine in ten of a figure by month, in futures that meet the target and in those that miss."""
    part: Part = {"figure": figure.name, "unit": figure.unit}
    for key, mask in (("met", met), ("missed", ~met)):
        values = figure.values[mask]
        part[key] = {
            end: {
                name: tidy(float(np.percentile(values[:, place], q)))
                for name, q in (("p5", 5), ("p50", 50), ("p95", 95))
            }
            for place, end in enumerate(ends)
            if not np.isnan(values[:, place]).any()
        }
    return part
