"""Families, plans and courts, and into and out of care: what an authority's figures make of each."""

from __future__ import annotations

from collections.abc import Mapping

from sim.study.anew.figures import (
    ALONE,
    ALONE_NOW,
    APPLICATIONS,
    LEAST,
    NOW,
    PLANS_NOW,
    STOCK,
    Figures,
    Known,
    Ratio,
)
from sim.study.anew.maker import Maker
from sim.study.catalogue import BROAD_AGES
from sim.study.parameters import Value

BY_COURT = {"under 1": 0.94, "1-4": 0.72, "5-9": 0.63, "10-15": 0.43, "16-17": 0.0}
"""Share of entries that a court leads, by age: no return gives both together, so it is what the Bury study
simulates with no change (six futures of three years; unaccompanied children and guardians' left out). It is
only where the fit to an authority's own ages and legal status begins."""
COURT = "entries by legal status: interim care order"
OLDEST = "16-17"
DAYS_IN_YEAR = 365.25
ROUNDS = 200
"""Times that a table is fitted to its two totals; far more than it takes to come to rest."""
TO_BANDS = {"10-15": ("10-12", "13-15")}
"""The model's bands within a broad age of the published tables."""
REST = 0.1
"""Least share of children in need who are neither looked after nor on a plan."""
KINDS = ("returned home", "special guardianship", "adopted")
ENDINGS = ("medium", "long_under_5", "long_5_9", "long_10_15", "long_16_17")
"""Tables of how stays end that the mix of endings moves; short stays end at home nearly everywhere."""


def set_flows(maker: Maker) -> None:
    """Everything about families and children that the figures say something of."""
    need = in_need(maker)
    set_demand(maker, need)
    set_pathway(maker, need)
    set_open_cases(maker, need)
    set_entries(maker)
    set_stays(maker)
    set_endings(maker)
    set_first_day(maker)


def bands(age: str) -> tuple[str, ...]:
    """The model's age bands within a broad age."""
    return TO_BANDS.get(age, (age,))


def in_need(maker: Maker) -> Ratio:
    """Children in need who are neither looked after nor on a plan, here against there."""
    ratio = maker.ratio("children in need", STOCK, "plans open")

    def rest(figures: Figures) -> float:
        every, looked_after, on_plans = (
            _value(figures, name) for name in ("children in need", STOCK, "plans open")
        )
        return max(every - looked_after - on_plans, REST * every, LEAST)

    said = f"children in need who are neither looked after nor on a plan: {ratio.said}"
    return Ratio(value=rest(maker.here) / rest(maker.there), said=said, local=ratio.local, years=ratio.years)


def joined(first: Ratio, *others: Ratio, value: float) -> Ratio:
    """One ratio that says what several are made of."""
    parts = [one for one in (first, *others) if one.said]
    return Ratio(
        value=value,
        said="; ".join(dict.fromkeys(piece for one in parts for piece in one.said.split("; "))),
        local=any(one.local for one in parts),
        years=tuple(sorted({year for one in parts for year in one.years})),
    )


def set_demand(maker: Maker, need: Ratio) -> None:
    """Families referred, families who return, and what assessments find."""
    referrals, again = maker.ratio("referrals"), maker.ratio("re-referrals")
    ours, theirs = (min(_value(of, "re-referrals") / 100, 0.9) for of in (maker.here, maker.there))
    fresh = referrals.value * (1 - ours) / (1 - theirs)
    maker.scale("demand.families_referred", joined(referrals, again, value=fresh))
    maker.scale("demand.returning", joined(referrals, again, value=referrals.value * again.value))
    maker.scale("demand.re_referral", again)
    plans = maker.ratio("plans started", over=("referrals",))
    found = need.value / referrals.value
    outcome = maker.table("demand.outcome")
    moved = {
        "child in need": min(outcome["child in need"] * found, 0.5),
        "child protection": min(outcome["child protection"] * plans.value, 0.3),
    }
    left = (1 - sum(moved.values())) / (1 - sum(outcome[row] for row in moved))
    new = {row: moved.get(row, value * left) for row, value in outcome.items()}
    told = (
        f"with child in need × {found:.3g} and child protection × {plans.value:.3g}, the rest in proportion"
    )
    maker.write("demand.outcome", new, 1.0, joined(need, plans, value=1.0), told)


def set_pathway(maker: Maker, need: Ratio) -> None:
    """From child in need to a plan, the end of plans, and from a plan towards court."""
    plans = maker.ratio("plans started")
    maker.scale("pathway.child_in_need.step_up", joined(plans, need, value=plans.value / need.value))
    maker.scale("pathway.child_protection.step_down", maker.ratio("plans started", over=("plans open",)))
    maker.scale("pathway.child_protection.step_up", maker.ratio(APPLICATIONS, over=("plans open",)))


def set_entries(maker: Maker) -> None:
    """Entries by route and age: ages and legal status fitted together, for each case that may lead to one."""
    ours, theirs = entries(maker.here), entries(maker.there)
    ages = [f"entries by age: {age}" for age in BROAD_AGES]
    said = joined(maker.ratio(*ages), maker.ratio(COURT), maker.ratio(ALONE), value=1.0)
    cases, families = maker.ratio(APPLICATIONS), at_risk(maker, "routes.breakdown_by_status")
    court, other = {}, {}
    for age in BROAD_AGES:
        for band in bands(age):
            if theirs[age][0] > 0:
                court[band] = ours[age][0] / theirs[age][0] / cases.value
            other[band] = ours[age][1] / theirs[age][1] / families.value
    maker.rows("routes.court_by_youngest", court, joined(said, cases, value=1.0))
    maker.rows("routes.breakdown", other, joined(said, families, value=1.0))
    every = sum(one[1] for one in ours.values()) / sum(one[1] for one in theirs.values())
    families = at_risk(maker, "routes.no_warning")
    maker.scale("routes.no_warning", joined(said, families, value=every / families.value))


def at_risk(maker: Maker, weights: str) -> Ratio:
    """Families who are open, each counting as much as its level is at risk, here against there.

    `opening.families` and `demand.families_referred` must be set already.
    """
    weight = maker.table(weights)
    assessed = maker.number("pathway.assessment_days") / DAYS_IN_YEAR

    def known(levels: Value, referred: Value) -> float:
        assert isinstance(levels, dict)
        assert not isinstance(referred, dict)
        held = sum(weight[level] * families for level, families in levels.items())
        return held + weight["assessment"] * referred * assessed

    changed = [maker.changes[name] for name in ("opening.families", "demand.families_referred")]
    value = known(changed[0].value, changed[1].value) / known(
        maker.value("opening.families"), maker.value("demand.families_referred")
    )
    said = f"families open or assessed, by how often such families are at the edge of care, × {value:.3g}"
    years = tuple(sorted({*changed[0].years, *changed[1].years}))
    return Ratio(value=value, said=said, local=any(one.local for one in changed), years=years)


def entries(figures: Figures) -> dict[str, tuple[float, float]]:
    """(led by a court, all others) entries a year by broad age, without unaccompanied children."""
    ages = {age: _value(figures, f"entries by age: {age}") for age in BROAD_AGES}
    ages[OLDEST] = max(ages[OLDEST] - _value(figures, ALONE), LEAST)
    whole = sum(ages.values())
    share = min(_value(figures, COURT) / whole, 0.9)
    return fitted(ages, share * whole)


def fitted(ages: Mapping[str, float], led: float) -> dict[str, tuple[float, float]]:
    """Entries by age and route with these totals, by proportions in turn, begun at `BY_COURT`."""
    table = {age: (value * BY_COURT[age], value * (1 - BY_COURT[age])) for age, value in ages.items()}
    others = sum(ages.values()) - led
    for _ in range(ROUNDS):
        sums = [max(sum(one[route] for one in table.values()), 1e-9) for route in (0, 1)]
        table = {age: (a * led / sums[0], b * others / sums[1]) for age, (a, b) in table.items()}
        table = {age: (a * ages[age] / (a + b), b * ages[age] / (a + b)) for age, (a, b) in table.items()}
    return table


def set_stays(maker: Maker) -> None:
    """How fast long stays end, by age: those that ended over children looked after of that age."""
    factors, said = {}, []
    for age in BROAD_AGES[1:4]:
        ratio = maker.ratio(f"exits by age: {age}", over=(f"children looked after by age: {age}",))
        said.append(ratio)
        # Babies' ends are hidden in most tables; they follow those of children aged one to four.
        for band in (*bands(age), *(("under 1",) if age == "1-4" else ())):
            factors[band] = ratio.value
    maker.rows("care.exit.long", factors, joined(said[0], *said[1:], value=1.0))


def set_endings(maker: Maker) -> None:
    """How stays end: each kind's share of the stays that ended before 18."""
    before = ("exits by kind: age 18", "exits of late")
    shares = []
    for figures in (maker.here, maker.there):
        of_age, ended = (_value(figures, name) for name in before)
        young = max(ended - of_age, 1.0)
        found = {kind: _value(figures, f"exits by kind: {kind}") / young for kind in KINDS}
        shares.append({**found, "other": max(1 - sum(found.values()), 0.05)})
    factors = {kind: max(shares[0][kind], 0.005) / max(shares[1][kind], 0.005) for kind in shares[0]}
    factors["returned home unplanned"] = factors["returned home"]
    ratio = maker.ratio(*(f"exits by kind: {kind}" for kind in (*KINDS, "age 18")), over=("exits of late",))
    for name in ENDINGS:
        maker.rows(f"care.exit_kind.{name}", factors, ratio)


def set_first_day(maker: Maker) -> None:
    """Children looked after, returned lately and with guardians on the first day."""
    here = maker.here
    by_age = {age: _need(here, f"{age} at the start") for age in BROAD_AGES}
    now, alone = _need(here, NOW), _need(here, ALONE_NOW)
    counts = whole({age: one.value for age, one in by_age.items()}, now.value)
    told = "; ".join(f"{age} {one.said}" for age, one in by_age.items())
    maker.put(
        "care.opening",
        counts,
        [now, *by_age.values()],
        f"Children looked after by age on the last 31 March before the start, {now.said} in all: {told}.",
    )
    few = min(alone.value, counts[OLDEST])
    maker.put(
        "care.opening_unaccompanied",
        few,
        [alone],
        f"Unaccompanied children looked after on the last 31 March before the start: {alone.said}.",
    )
    arriving = _need(here, ALONE)
    maker.put(
        "care.unaccompanied_a_year",
        arriving.value,
        [arriving],
        f"Unaccompanied children who started to be looked after a year: {arriving.said}.",
    )
    set_placements(maker, now)
    set_starts(maker)
    maker.scale("care.returned_recently", maker.ratio("exits by kind: returned home"))
    maker.scale("care.guardianship_opening", maker.ratio("exits by kind: special guardianship"))


def set_placements(maker: Maker, now: Known) -> None:
    """Where the children of the first day live; the split of fostering is the pattern's."""
    pattern = maker.table("care.opening_placement")
    fostering = ("own foster", "agency foster", "kinship")
    fostered = sum(pattern[kind] for kind in fostering)
    places = ("fostered", "children's home", "supported accommodation", "with parents", "for adoption")
    asked = {kind: maker.here.get(f"children looked after by placement: {kind}") for kind in places}
    found = {kind: one for kind, one in asked.items() if one is not None}
    more = maker.ratio(NOW).value
    new = {kind: found[kind].value if kind in found else value * more for kind, value in pattern.items()}
    if "fostered" in found:
        new |= {kind: pattern[kind] / fostered * found["fostered"].value for kind in fostering}
    told = "; ".join(f"{kind} {one.said}" for kind, one in found.items())
    maker.put(
        "care.opening_placement",
        {kind: float(round(value)) for kind, value in new.items()},
        [now, *found.values()],
        f"Children looked after by placement on the last 31 March before the start: {told}. Assumption: own, "
        f"agency and kinship fostering in the proportions of the {maker.place} study, and what is not named "
        "here as many for each child looked after as there.",
    )


def set_starts(maker: Maker) -> None:
    """Starts a year by age, for the time that the children of the first day have spent in care."""
    pattern = maker.table("care.starts_by_age")
    found = {age: _need(maker.here, f"entries by age: {age}") for age in BROAD_AGES}
    alone = _need(maker.here, ALONE)
    new: dict[str, float] = {}
    for age, known in found.items():
        value = known.value - (alone.value if age == OLDEST else 0.0)
        parts = sum(pattern[band] for band in bands(age))
        new |= {band: max(value, LEAST) * pattern[band] / parts for band in bands(age)}
    told = "; ".join(f"{age} {one.said}" for age, one in found.items())
    maker.put(
        "care.starts_by_age",
        new,
        [*found.values(), alone],
        f"Starts a year by age: {told}; unaccompanied children ({alone.said}) taken from the oldest. "
        f"Assumption: ages 10 to 15 split as in the {maker.place} study.",
    )


def set_open_cases(maker: Maker, need: Ratio) -> None:
    """Families open on the first day, by level."""
    plans, cases, referrals = maker.ratio(PLANS_NOW), maker.ratio(APPLICATIONS), maker.ratio("referrals")
    factors = {
        "early help": referrals.value,
        "child in need": need.value,
        "child protection": plans.value,
        "pre-proceedings": cases.value,
        "proceedings": cases.value,
    }
    maker.rows("opening.families", factors, joined(referrals, need, plans, cases, value=1.0))


def whole(values: Mapping[str, float], total: float) -> dict[str, float]:
    """Whole numbers near these, in proportion to a total, carrying on what was rounded off."""
    every = sum(values.values()) or 1.0
    found, carried = {}, 0.0
    for name, value in values.items():
        exact = value * total / every + carried
        found[name] = float(round(exact))
        carried = exact - found[name]
    return found


def _value(figures: Figures, name: str) -> float:
    found = figures.get(name)
    return LEAST if found is None else max(found.value, LEAST)


def _need(figures: Figures, name: str) -> Known:
    """A figure, or the least of one that nobody has."""
    return figures.get(name) or Known(value=LEAST, origin="nobody's figure", said="not known anywhere")
