"""Every parameter that the model knows: its unit, its bounds and, for a table, its keys.

One line a parameter. A study that leaves one out, or names one that is not here, does not load.
"""

from __future__ import annotations

from sim.study.kinds import (
    Kind,
    count,
    days,
    effect,
    growth,
    index,
    months,
    multiplier,
    pay,
    posts,
    price,
    rate,
    ratios,
    share,
    slip,
    split,
    unit_cost,
    years,
)

AGES = ("under 1", "1-4", "5-9", "10-12", "13-15", "16-17")
"""Age bands of children."""
BROAD_AGES = ("under 1", "1-4", "5-9", "10-15", "16-17")
"""Age bands of the published tables of children looked after."""
LEVELS = ("early help", "child in need", "child protection", "pre-proceedings", "proceedings")
"""Levels at which a family's case is open after assessment."""
HELD_BY = ("assessment", *LEVELS, "closed")
"""Who holds a family, closed cases included."""
HEARD_BY = (*HELD_BY, "special guardianship")
"""Who may hear of a crisis: whoever holds the family, or the team that supports special guardians."""
STAYS = ("short", "medium", "long")
"""Kinds of stay in care."""
ENDINGS = ("returned home", "returned home unplanned", "special guardianship", "adopted", "other")
"""How a stay ends before the age of 18."""
PLACEMENTS = (
    "own foster",
    "agency foster",
    "children's home",
    "supported accommodation",
    "with parents",
    "for adoption",
)
"""Placements with different prices that a child may be found, kinship aside."""
LIVES = (*PLACEMENTS, "kinship")
"""Every placement."""
PRICED = (*LIVES, "special guardianship", "staff")
"""What a price shock may change."""
SERVICES = {
    "early_help": "early help",
    "family_group_conference": "family group conference",
    "family_safeguarding": "family safeguarding",
    "edge_of_care": "edge of care",
}
"""The name of each service in settings, and as it is written for readers."""
ROLES = {
    "early_help": ("key_worker",),
    "family_group_conference": ("coordinator",),
    "family_safeguarding": (
        "social_worker",
        "domestic_abuse_worker",
        "perpetrator_worker",
        "substance_worker",
        "mental_health_worker",
    ),
    "edge_of_care": ("manager", "social_worker", "family_support_worker"),
}
"""The roles whose posts make up each service's team."""
ALL_ROLES = (
    "manager",
    "social_worker",
    "family_support_worker",
    "key_worker",
    "coordinator",
    "domestic_abuse_worker",
    "perpetrator_worker",
    "substance_worker",
    "mental_health_worker",
)
"""Every role, once."""
PARTNER_ROLES = ALL_ROLES[-4:]
"""Family Safeguarding's adult specialists, whom partner agencies employ."""
SOLVED_RATIOS = {
    "solved.fgc_pre_proceedings": ratios(0.5, 1.2),
    "solved.edge_of_care_entry": ratios(0.3, 1.6),
    "solved.family_safeguarding_area": ratios(0.5, 1.3, 0.05),
}
"""By table: the ratios for which `caresim solve` writes the multiplier that returns them."""
BASELINE = ("early_help", "family_group_conference")
"""Services that are open with no change."""
ESTABLISHED = ("key_worker", "coordinator", "social_worker")
"""Roles with posts on the first day of every scenario."""


CATALOGUE: dict[str, Kind] = {
    "demand.families_referred": count("families a year"),
    "demand.returning": count("families a year", "first year", "second year", "later"),
    "demand.outcome": split("no further action", "early help", "child in need", "child protection"),
    "demand.re_referral": rate("first year", "later"),
    "uncertainty.entry_level": multiplier(),
    "uncertainty.exit_level": multiplier(),
    "uncertainty.yearly_noise": Kind(unit="coefficient of variation", high=2.0),
    "family.size": split("1", "2", "3", "4", "5"),
    "family.youngest": split(*AGES),
    "family.sibling_gap_years": years(),
    "family.pregnancy": share(),
    "family.later_births": rate(),
    "family.heterogeneity": Kind(unit="log standard deviation", high=3.0),
    "family.domestic_abuse": share(),
    "family.mental_health": share(),
    "family.substance_misuse": share(),
    "family.relationship_breakdown": share(),
    "family.male": share(),
    "family.ethnicity": split("white", "mixed", "asian", "black", "other"),
    "family.disabled": share(),
    "family.perpetrator_at_home": share(),
    "family.route_correlation": share(),
    "pathway.assessment_days": days(),
    "pathway.length_spread": Kind(unit="log standard deviation", high=2.0),
    "pathway.escalation_by_youngest": multiplier(*AGES),
    "pathway.early_help.step_up": rate("first 6 months", "later"),
    "pathway.early_help.close": rate("first 3 months", "later"),
    "pathway.child_in_need.step_up": rate("first 6 months", "later"),
    "pathway.child_in_need.close": rate("first 3 months", "3 to 12 months", "later"),
    "pathway.child_in_need.to_early_help": share(),
    "pathway.child_protection.step_up": rate("first 6 months", "later"),
    "pathway.child_protection.step_down": rate("first 6 months", "later"),
    "pathway.pre_proceedings.issue": rate("first 8 weeks", "8 to 26 weeks", "later"),
    "pathway.pre_proceedings.step_down": rate("first 8 weeks", "8 to 26 weeks", "later"),
    "pathway.proceedings.end": rate("first 26 weeks", "later"),
    "pathway.enquiry_days": days(),
    "pathway.legal_gateway_days": days(),
    "pathway.transfer_days": days(),
    "pathway.plan_review_days": Kind(unit="days", low=1.0, keys=("first", "every")),
    "pathway.order_with_kin": share(),
    "routes.court": rate("pre-proceedings", "first 4 weeks", "later"),
    "routes.court_by_youngest": multiplier(*AGES),
    "routes.court_at_birth": Kind(
        unit="per birth", high=20.0, keys=("child protection", "pre-proceedings", "proceedings")
    ),
    "routes.breakdown": rate(*AGES),
    "routes.breakdown_by_status": multiplier(*HELD_BY),
    "routes.no_warning": rate(*HELD_BY),
    "routes.crisis_to_care": share(),
    "routes.after_crisis_days": days(),
    "routes.after_crisis_passed": multiplier(),
    "routes.without_warning": share(),
    "routes.window_days": days(),
    "routes.sibling_joins": share(("court", "breakdown", "no warning")),
    "routes.guardianship_breakdown": rate(),
    "care.stay.breakdown": split(*STAYS),
    "care.stay.court": split(*STAYS),
    "care.stay.no_warning": split(*STAYS),
    "care.exit.short": rate(),
    "care.exit.medium": rate(),
    "care.exit.long": rate(*AGES),
    "care.exit.long_first_half_year": multiplier(),
    "care.exit_kind.short": split(*ENDINGS),
    "care.exit_kind.medium": split(*ENDINGS),
    "care.exit_kind.long_under_5": split(*ENDINGS),
    "care.exit_kind.long_5_9": split(*ENDINGS),
    "care.exit_kind.long_10_15": split(*ENDINGS),
    "care.exit_kind.long_16_17": split(*ENDINGS),
    "care.after_return": rate("first 3 months", "3 to 12 months", "later"),
    "care.placement.under_1": split(*PLACEMENTS),
    "care.placement.1_4": split(*PLACEMENTS),
    "care.placement.5_9": split(*PLACEMENTS),
    "care.placement.10_12": split(*PLACEMENTS),
    "care.placement.13_15": split(*PLACEMENTS),
    "care.placement.16_17": split(*PLACEMENTS),
    "care.kinship": share(AGES),
    "care.move": rate(*LIVES),
    "care.move_early": multiplier(),
    "care.move_later": multiplier(),
    "care.after_breakdown.under_1": split(*PLACEMENTS),
    "care.after_breakdown.1_4": split(*PLACEMENTS),
    "care.after_breakdown.5_9": split(*PLACEMENTS),
    "care.after_breakdown.10_12": split(*PLACEMENTS),
    "care.after_breakdown.13_15": split(*PLACEMENTS),
    "care.after_breakdown.16_17": split(*PLACEMENTS),
    "care.opening": count("children", *BROAD_AGES),
    "care.opening_placement": count("children", *LIVES),
    "care.opening_unaccompanied": Kind(unit="children", whole=True),
    "care.unaccompanied_a_year": count("children a year"),
    "care.unaccompanied_age": Kind(unit="years", low=10.0, high=18.0, keys=("from", "to")),
    "care.returned_recently": count("children a year"),
    "care.returned_years": years(),
    "care.starts_by_age": count("children a year", *AGES),
    "care.guardianship_opening": Kind(unit="children", whole=True),
    "care.guardianship_age": Kind(unit="years", high=18.0, keys=("from", "to")),
    "opening.families": count("families", *LEVELS),
    "opening.tilt": Kind(unit="exponent", high=5.0, keys=LEVELS),
    "opening.earlier_plan": share(),
    "services.early_help.length_days": days(),
    "services.early_help.take_up": share(),
    "services.early_help.lapse_days": days(),
    "services.early_help.families_per_post.key_worker": count("families"),
    "services.early_help.baseline_coverage": share(),
    "services.family_group_conference.length_days": days(),
    "services.family_group_conference.take_up": share(),
    "services.family_group_conference.offered_early": share(),
    "services.family_group_conference.offered_pre_proceedings": share(),
    "services.family_group_conference.lapse_days": days(),
    "services.family_group_conference.conferences_a_year": count("conferences a year"),
    "services.family_group_conference.baseline_coverage_early": share(),
    "services.family_group_conference.baseline_coverage_pre": share(),
    "services.family_safeguarding.length_days": days(),
    "services.family_safeguarding.take_up": share(),
    "services.family_safeguarding.lapse_days": days(),
    "services.family_safeguarding.families_per_post.social_worker": count("families"),
    "services.family_safeguarding.families_per_post.domestic_abuse_worker": count("families"),
    "services.family_safeguarding.families_per_post.perpetrator_worker": count("families"),
    "services.family_safeguarding.families_per_post.substance_worker": count("families"),
    "services.family_safeguarding.families_per_post.mental_health_worker": count("families"),
    "services.family_safeguarding.specialist_days": days(),
    "services.family_safeguarding.specialist_take_up": share(),
    "services.family_safeguarding.direct_work": share(),
    "services.family_safeguarding.eligible_child_in_need": share(),
    "services.family_safeguarding.fidelity_months": months(),
    "services.family_safeguarding.ready_share": share(),
    "services.family_safeguarding.slip_days": slip(),
    "services.edge_of_care.length_days": days(),
    "services.edge_of_care.take_up": share(),
    "services.edge_of_care.heard": share(HEARD_BY),
    "services.edge_of_care.heard_after_entry": share(),
    "services.edge_of_care.panel_every_days": days(),
    "services.edge_of_care.panel_refuses": share(),
    "services.edge_of_care.cases_a_meeting": Kind(unit="cases", low=1.0, whole=True),
    "services.edge_of_care.urgent_days": days(),
    "services.edge_of_care.earlier_help_months": months(),
    "services.edge_of_care.families_per_post.social_worker": count("families"),
    "services.edge_of_care.families_per_post.family_support_worker": count("families"),
    "services.edge_of_care.fidelity_months": months(),
    "services.edge_of_care.ready_share": share(),
    "services.edge_of_care.slip_days": slip(),
    "services.edge_of_care.before_mentoring": share(),
    "services.edge_of_care.unsupervised": share(),
    "services.edge_of_care.reactive_share": share(),
    "services.edge_of_care.baseline_coverage": share(),
    "services.edge_of_care.step_down_from_age": Kind(
        unit="years", high=18.0, keys=("one-to-one work", "youth mentoring")
    ),
    "services.edge_of_care.step_down.parenting_support.offered": share(),
    "services.edge_of_care.step_down.parenting_support.take_up": share(),
    "services.edge_of_care.step_down.parenting_support.length_days": days(),
    "services.edge_of_care.step_down.one_to_one_work.offered": share(),
    "services.edge_of_care.step_down.one_to_one_work.take_up": share(),
    "services.edge_of_care.step_down.one_to_one_work.length_days": days(),
    "services.edge_of_care.step_down.youth_mentoring.offered": share(),
    "services.edge_of_care.step_down.youth_mentoring.take_up": share(),
    "services.edge_of_care.step_down.youth_mentoring.length_days": days(),
    "services.edge_of_care.return_home_lapse_days": days(),
    "services.edge_of_care.held_after_return_days": days(),
    "services.edge_of_care.stability_after_days": days(),
    "services.edge_of_care.stability_take_up": share(),
    "services.edge_of_care.stability_days": days(),
    "effects.early_help.step_up": effect(),
    "effects.early_help.breakdown": effect(),
    "effects.step_down.parenting_support": effect(),
    "effects.step_down.one_to_one_work": effect(),
    "effects.step_down.youth_mentoring": effect(),
    "effects.fgc_early.step_up": effect(),
    "effects.fgc_early.breakdown": effect(),
    "effects.fgc_pre_proceedings": effect(),
    "effects.fgc_network": effect(),
    "effects.family_safeguarding.court": effect(),
    "effects.family_safeguarding.breakdown": effect(),
    "effects.family_safeguarding.plan_start": effect(),
    "effects.family_safeguarding.plan_end": effect(),
    "effects.family_safeguarding.vacancies_filled": effect(),
    "effects.family_safeguarding.leaving": effect(),
    "effects.family_safeguarding.area_starts": effect(),
    "effects.edge_of_care.entry": effect(),
    "effects.edge_of_care.crisis": effect(),
    "effects.edge_of_care.return_home": effect(),
    "effects.edge_of_care.court": effect(),
    "effects.edge_of_care.placement": effect(),
    "effects.overload": effect(),
    "effects.caseload": Kind(unit="exponent", high=5.0),
    "effects.half_life_years": years(),
    **{
        name: Kind(unit="multiplier", low=0.001, high=20.0, keys=keys) for name, keys in SOLVED_RATIOS.items()
    },
    "staffing.early_help.posts.key_worker": posts(),
    "staffing.family_group_conference.posts.coordinator": posts(),
    "staffing.family_safeguarding.posts.social_worker": posts(),
    "staffing.edge_of_care.reactive_posts": posts(),
    "staffing.vacancy_at_start": share(ESTABLISHED),
    "staffing.advert_days": days(),
    "staffing.advert_success": share(ALL_ROLES),
    "staffing.agency_share": share(ALL_ROLES),
    "staffing.agency_delay_days": days(),
    "staffing.leaving": rate(*ALL_ROLES),
    "staffing.agency_leaving": rate(),
    "staffing.induction_days": days(),
    "staffing.induction_load": share(),
    "staffing.usual_caseload": count("families"),
    "staffing.continuity": share(),
    "staffing.handover_days": days(),
    "staffing.patience_days": days(),
    "staffing.absence": share(),
    "staffing.absence_days": days(),
    "prices.own_foster": price(),
    "prices.agency_foster": price(),
    "prices.childrens_home": price(),
    "prices.supported_accommodation": price(),
    "prices.with_parents": price(),
    "prices.for_adoption": price(),
    "prices.kinship": price(),
    "prices.special_guardianship": price(),
    "price_level.own_foster": multiplier(),
    "price_level.agency_foster": multiplier(),
    "price_level.childrens_home": multiplier(),
    "price_level.supported_accommodation": multiplier(),
    "price_level.with_parents": multiplier(),
    "price_level.for_adoption": multiplier(),
    "price_level.kinship": multiplier(),
    "price_level.special_guardianship": multiplier(),
    "price_level.fostering": multiplier(),
    "prices.all_children": price(),
    "price_growth.fostering": growth(),
    "price_growth.homes": growth(),
    "price_growth.allowances": growth(),
    "price_growth.all_children": growth(),
    "price_growth.pay": growth(),
    "salaries.manager": pay(),
    "salaries.social_worker": pay(),
    "salaries.family_support_worker": pay(),
    "salaries.key_worker": pay(),
    "salaries.coordinator": pay(),
    "salaries.domestic_abuse_worker": pay(),
    "salaries.perpetrator_worker": pay(),
    "salaries.substance_worker": pay(),
    "salaries.mental_health_worker": pay(),
    "salaries.agency_premium": pay(),
    "salaries.on_costs": share(),
    "unit_costs.court_fee": unit_cost("n application"),
    "unit_costs.legal_work": unit_cost("n application"),
    "unit_costs.return_support": unit_cost(" return home"),
    "unit_costs.failed_return": unit_cost(" failed return"),
    "unit_costs.child_in_need": unit_cost(" child a year"),
    "unit_costs.plan_ratio": multiplier(),
    "appraisal.discount_rate": Kind(unit="share a year", high=1.0),
    "appraisal.deflator": index(),
    "appraisal.optimism_bias": share(),
}
"""Every parameter by its dotted name."""

CHANGEABLE_ALONE = (
    "services.family_group_conference.offered_early",
    "services.family_group_conference.offered_pre_proceedings",
    "services.family_group_conference.conferences_a_year",
    "services.family_safeguarding.specialist_days",
    "services.edge_of_care.heard",
    "services.edge_of_care.heard_after_entry",
    "services.edge_of_care.panel_refuses",
    "services.edge_of_care.earlier_help_months",
    "services.edge_of_care.stability_days",
)
"""Single settings of what practice offers, asks for and hears of."""
CHANGEABLE_ENDINGS = ("take_up", ".offered", ".length_days")
"""Endings of the names of such settings that every kind of work has."""


def _changeable(name: str) -> bool:
    """Whether a lever may change a parameter from a date on."""
    if name.startswith("effects."):
        lasting = ("effects.caseload", "effects.overload", "effects.half_life_years")
        return CATALOGUE[name].keys is None and name not in lasting
    return name.endswith(CHANGEABLE_ENDINGS) or ".families_per_post." in name or name in CHANGEABLE_ALONE


CHANGEABLE = tuple(name for name in CATALOGUE if _changeable(name))
"""Parameters that a lever may change from a date on: what practice does, not what families are."""


def groups() -> frozenset[str]:
    """The dotted names above the parameters, such as `services.edge_of_care`."""
    found: set[str] = set()
    for name in CATALOGUE:
        parts = name.split(".")
        found.update(".".join(parts[:depth]) for depth in range(1, len(parts)))
    return frozenset(found)


def names_within(group: str) -> tuple[str, ...]:
    """The names that may be written one level below a group ("" for the top)."""
    start = f"{group}." if group else ""
    return tuple(dict.fromkeys(n[len(start) :].split(".")[0] for n in CATALOGUE if n.startswith(start)))
