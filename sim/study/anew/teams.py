"""Posts, the people in them and prices: what an authority's figures make of each."""

from __future__ import annotations

from collections.abc import Mapping

from sim.foundations.clock import Clock
from sim.study.anew.figures import LOCAL, Figures, Known, Ratio
from sim.study.anew.flows import joined
from sim.study.anew.maker import Maker
from sim.study.scenario_reader import Observed

WORKER = "social_worker"
VACANCIES, AGENCY = "social worker vacancies", "agency social workers"
TURNOVER, ABSENCE, CASELOAD = "social worker turnover", "social worker absence", "social worker caseload"
STATUTORY = ("child protection", "pre-proceedings", "proceedings")
"""Levels whose families the safeguarding teams hold."""
HALF = 2.0
"""Posts are rounded to one part in so many."""
MOST = 0.95
"""The greatest share of adverts filled, or of vacancies covered, that is believed."""
COSTS: Mapping[str, tuple[str, ...]] = {
    "weekly cost of a children's home": ("prices.childrens_home",),
    "weekly cost of fostering": ("prices.own_foster", "prices.agency_foster", "prices.kinship"),
    "weekly cost of a child looked after": ("prices.all_children",),
    "weekly cost of a child in need": ("unit_costs.child_in_need",),
}
"""What each published cost moves."""
GROWTH = {
    "own_foster": "fostering",
    "agency_foster": "fostering",
    "kinship": "fostering",
    "childrens_home": "homes",
    "supported_accommodation": "homes",
    "all_children": "all_children",
}
"""Which growth a price follows after the last year that it is written for; the others follow allowances."""
RAISED = "salaries."


def set_teams(maker: Maker) -> None:
    """Posts, vacancies, turnover, absence and the usual caseload. `opening.families` must be set already."""
    referrals, plans = maker.ratio("referrals"), maker.ratio("plans open")
    _posts(maker, "staffing.early_help.posts.key_worker", referrals, referrals.value)
    _posts(maker, "staffing.edge_of_care.reactive_posts", referrals, referrals.value)
    _posts(maker, "staffing.family_group_conference.posts.coordinator", plans, plans.value)
    caseload = maker.ratio(CASELOAD)
    work = at_work(maker)
    load = joined(plans, maker.ratio("children in need"), value=load_ratio(maker))
    wanted = joined(load, caseload, work, value=load.value / caseload.value / work.value)
    _posts(maker, "staffing.family_safeguarding.posts.social_worker", wanted, wanted.value)
    maker.scale("staffing.usual_caseload", caseload)
    vacancies = maker.here.get(VACANCIES)
    if vacancies is not None:
        table = {**maker.table("staffing.vacancy_at_start"), WORKER: min(vacancies.value / 100, MOST)}
        maker.put(
            "staffing.vacancy_at_start",
            table,
            [vacancies],
            f"Vacancy rate of social workers: {vacancies.said} per cent. Key workers and coordinators: "
            f"assumption, as in the {maker.place} study.",
        )
    _one_role(maker, "staffing.leaving", maker.ratio(TURNOVER), maker.ratio(TURNOVER).value, 2.0)
    filled = joined(maker.ratio(TURNOVER), maker.ratio(VACANCIES), value=refilled(maker))
    _one_role(maker, "staffing.advert_success", filled, filled.value, MOST)
    cover = joined(maker.ratio(AGENCY), maker.ratio(VACANCIES), value=covered(maker))
    _one_role(maker, "staffing.agency_share", cover, cover.value, MOST)
    maker.scale("staffing.absence", maker.ratio(ABSENCE))


def load_ratio(maker: Maker) -> float:
    """Families whom the safeguarding teams hold on the first day, here against there."""
    change = maker.changes["opening.families"].value
    assert isinstance(change, dict)
    share = maker.number("services.family_safeguarding.eligible_child_in_need")
    held = [
        sum(table[level] for level in STATUTORY) + share * table["child in need"]
        for table in (change, maker.table("opening.families"))
    ]
    return held[0] / held[1]


def at_work(maker: Maker) -> Ratio:
    """Share of social workers' posts in which somebody works, here against there."""
    vacancies, agency = maker.ratio(VACANCIES), maker.ratio(AGENCY)

    def share(figures: Figures) -> float:
        vacant, cover = _per_cent(figures, VACANCIES), _cover(figures)
        return 1 - vacant + vacant * min(cover, 1.0)

    return joined(vacancies, agency, value=share(maker.here) / share(maker.there))


def covered(maker: Maker) -> float:
    """Agency staff for each vacancy, here against there."""
    return _cover(maker.here) / _cover(maker.there)


def refilled(maker: Maker) -> float:
    """How fast vacancies are filled, here against there: where they stay level, as fast as people leave."""

    def pace(figures: Figures) -> float:
        vacant = _per_cent(figures, VACANCIES)
        return _per_cent(figures, TURNOVER) * (1 - vacant) / vacant

    return pace(maker.here) / pace(maker.there)


def _cover(figures: Figures) -> float:
    # Agency staff are a share of all who work, vacancies of all posts: both odds are over those in post.
    vacant, agency = _per_cent(figures, VACANCIES), _per_cent(figures, AGENCY)
    return (agency / (1 - agency)) / (vacant / (1 - vacant))


def _per_cent(figures: Figures, name: str) -> float:
    found = figures.get(name)
    return min(max(found.value if found is not None else 10.0, 0.5), 90.0) / 100


def _one_role(maker: Maker, name: str, ratio: Ratio, factor: float, most: float) -> None:
    table = maker.table(name)
    new = {**table, WORKER: min(table[WORKER] * factor, most)}
    maker.write(name, new, 1.0, ratio, f"× {factor:.3g} for social workers, other roles as there")


def _posts(maker: Maker, name: str, ratio: Ratio, factor: float) -> None:
    told = f"× {factor:.3g}, to half a post"
    maker.write(name, half_posts(maker.number(name) * factor), factor, ratio, told)


def half_posts(value: float) -> float:
    """Rounded to half a post, and never nothing."""
    return max(round(value * HALF), 1) / HALF


def set_money(maker: Maker, costs: Mapping[str, Mapping[str, Observed]], place: str) -> None:
    """Prices times published costs here over those there, in the last year that both have.

    ``costs`` are the series of whoever may have them, by name, the authority's own first under ``LOCAL``.
    """
    there = maker.there.series
    for series, names in COSTS.items():
        for whose, found in costs.items():
            both = sorted(set(found.get(series, ())) & set(there.get(series, ())))
            if not both or there[series][both[-1]] <= 0:
                continue
            ours, theirs, year = found[series][both[-1]], there[series][both[-1]], both[-1]
            end = f", as in {whose}" if whose != LOCAL else ""
            known = Known(value=ours, origin=whose, said=f"{ours:,.0f}{end}", years=(int(year[:4]) + 1,))
            if whose != LOCAL:
                maker.here.defaults[series] = known
            said = f"{series} £{ours:,.0f}{end}, against £{theirs:,.0f} in {place} ({year})"
            ratio = Ratio(value=ours / theirs, said=said, local=whose == LOCAL, years=known.years)
            for name in names:
                maker.scale(name, ratio)
            break


def project_money(maker: Maker, clock: Clock, first: int) -> None:
    """Prices carried on to the first year simulated, and pay raised from that of the pattern's first year."""
    start = int(clock.years[0].label[:4])
    for name in [one for one in maker.parameters if one.startswith("prices.")]:
        known = maker.changes[name].value if name in maker.changes else maker.value(name)
        assert isinstance(known, dict)
        last = max(known)
        gap = start - int(last[:4])
        if gap <= 0:
            continue
        growth = maker.number(f"price_growth.{GROWTH.get(name.split('.')[1], 'allowances')}")
        label = clock.years[0].label
        value = known[last] * (1 + growth) ** gap
        maker.add_row(name, label, value, f"{label} projected from {last} (price_growth).")
    raised = (1 + maker.number("price_growth.pay")) ** (start - first)
    for name in [one for one in maker.parameters if one.startswith(RAISED)]:
        if raised > 1 and not name.endswith("on_costs"):
            ratio = Ratio(value=raised, said="", local=False)
            maker.write(name, maker.number(name) * raised, raised, ratio, _pay(raised, start - first))


def _pay(raised: float, years: int) -> str:
    return f"× {raised:.3g}: {years} years of growth (price_growth.pay)"
