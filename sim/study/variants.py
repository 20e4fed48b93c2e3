"""Variants of a study: the same question with one thing believed or put together otherwise.

What the answer depends on is what changes with them. All have the scenarios, the seed and so the families and
the luck of the study itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from sim.foundations.errors import InputError
from sim.study.parameters import EVIDENCE
from sim.study.scenario import NO_CHANGE
from sim.study.structure import CHOICES
from sim.study.twins import twin_of

if TYPE_CHECKING:
    from sim.study.config import Study

MONEY = "Prices"
"""Kind of the rows that differ in prices alone."""
OWN, BEST = "The study", "At its best"
"""Kind of the row that is the study itself."""
ALONE = {"effects.half_life_years": "Once work has ended, its effect"}
"""Parameters with arms that belong to no service, in words."""
WHOLE_AREA, AREA_STARTS = "whole area", "effects.family_safeguarding.area_starts"
"""A rival reading of Family Safeguarding's effect, and the ratio that it alone reads."""
LEVELS = ("uncertainty.entry_level", "uncertainty.exit_level")
"""Drift of the authority's own flows."""
FLAGS = {
    "compounding": ("Effect on plans also changes who comes to court", "Effect on plans leaves court alone"),
    "attracts": ("Family Safeguarding keeps and draws staff", "Family Safeguarding draws no staff"),
}
"""Switches that are true or false: in words when on, and when off."""
SWITCHED = {
    ("combine", "multiply"): "Effects of two services multiply",
    ("combine", "strongest"): "Of two services only the stronger counts",
    ("routes", "mainly own"): "Each service mainly on its own route into care",
    ("routes", "both"): "Both services on both routes into care",
    ("routes", "correlated"): "Own routes, and risks on the two go together",
    ("edge_of_care_before", "none"): "No edge-of-care work before",
    ("edge_of_care_before", "reactive"): "A reactive edge-of-care service was there before",
    ("family_safeguarding_effect", "served"): "Family Safeguarding’s effect is on families served",
    ("family_safeguarding_effect", "whole area"): "Family Safeguarding’s effect is on all starts of the area",
}
"""Switches with names, in words."""


PRICED: dict[tuple[str, str | bool], str] = {
    ("prices", "marginal"): "Prices of one child more or fewer",
    ("prices", "average"): "Prices averaged over all children",
    ("price_growth", "drawn"): "Growth of prices drawn from its range",
    ("price_growth", "low"): "Prices grow slowly",
    ("price_growth", "central"): "Prices grow at the central rate",
    ("price_growth", "high"): "Prices grow fast",
    ("optimism_bias", True): "Savings on placements cut for optimism",
    ("optimism_bias", False): "Savings on placements not cut for optimism",
}
"""Ways of pricing, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A study with one thing otherwise, and what that is."""

    id: str
    """What it is called in files: letters, digits and hyphens."""
    group: str
    """What kind of thing is otherwise."""
    label: str
    """What is otherwise, in words."""
    settings: tuple[str, ...] = ()
    """The parameters that are otherwise, if they are few."""
    study: Study
    """The study so changed."""
    closer: bool = False
    """Whether so much hangs on it that it takes the futures of `depends_on_evidence`."""
    reads: tuple[str, ...] = ()
    """Parameters that it reads and the study as it is does not."""


def headline_scenarios(study: Study) -> tuple[str, ...]:
    """Scenarios that a variant runs beside no change: those of which something is claimed, their parts, and
    those that unite two of them; or all, if nothing is claimed."""
    rivals = [name for name, one in study.scenarios.items() if one.against == NO_CHANGE and one.levers]
    claimed = {claim.scenario for claim in study.claims}
    levers = {study.scenario(name).levers for name in rivals if name in claimed}
    wholes = levers | {a | b for a, b in combinations(levers, 2)}
    asked = [name for name in rivals if any(study.scenario(name).levers <= whole for whole in wholes)]
    return tuple(asked or rivals)


def variants_of(study: Study, scenarios: Sequence[str]) -> list[Variant]:
    """The study as it is, and then everything that its answer may depend on, each alone."""
    own = Variant(id="as-it-is", group=OWN, label="As it is", study=study)
    found = [own, *_evidence(study), *_arms(study), *_structures(study), *_drift(study)]
    return [*found, *_prices(study), *_at_best(study, scenarios)]


def structures_of(study: Study, switch: str) -> list[Variant]:
    """One variant for each choice of a switch, the study's own among them."""
    return [
        Variant(
            id=_id(switch, choice),
            group="How the model is put together",
            label=SWITCHED[switch, choice],
            study=study.restructure(**{switch: choice}),
        )
        for choice in CHOICES[switch]
    ]


def _evidence(study: Study) -> Iterator[Variant]:
    for name in EVIDENCE:
        if name != study.evidence and any(one.sets for one in study.parameters.values()):
            label = f"All effects on {name} evidence"
            yield Variant(
                id=_id("evidence", name),
                group="Set of evidence",
                label=label,
                study=study.with_evidence(name),
                closer=True,
            )


def _arms(study: Study) -> Iterator[Variant]:
    """Each rival body of evidence believed in every draw; parameters whose arms mean the same go together."""
    meanings: dict[str, list[str]] = {}
    for name, one in study.parameters.items():
        for arm in one.arms:
            meanings.setdefault(arm.meaning, []).append(name)
    for meaning, names in meanings.items():
        changed = study
        for name in names:
            changed = changed.on_arm(name, meaning)
        arms = [arm.meaning for arm in study.parameters[names[0]].arms]
        yield Variant(
            id=_id("arm", names[0], str(1 + arms.index(meaning))),
            group="Rival evidence",
            label=f"{_service(names[0])}: {meaning}",
            settings=tuple(names),
            study=changed,
        )


def _service(name: str) -> str:
    """What a parameter belongs to: "Edge of care", or for a lone one what it says."""
    if name in ALONE:
        return ALONE[name]
    words = name.split(".")[1].replace("_", " ")
    return f"{words[0].upper()}{words[1:]}"


def _structures(study: Study) -> Iterator[Variant]:
    own = study.structure.content()
    for switch in CHOICES:
        for one in structures_of(study, switch):
            if one.study.structure != study.structure:
                area = one.study.structure.family_safeguarding_effect == WHOLE_AREA
                reads = tuple(name for name in (AREA_STARTS,) if area and name in study.parameters)
                yield replace(one, closer=area, reads=reads)
    for switch, (on, off) in FLAGS.items():
        flipped = not own[switch]
        yield Variant(
            id=_id(switch, "on" if flipped else "off"),
            group="How the model is put together",
            label=on if flipped else off,
            study=study.restructure(**{switch: flipped}),
        )


def _drift(study: Study) -> Iterator[Variant]:
    levels = [name for name in LEVELS if name in study.parameters and not study.parameters[name].known]
    if levels:
        yield Variant(
            id="no-drift",
            group="Demand",
            label="The authority’s own flows drift neither up nor down",
            settings=tuple(levels),
            study=study.replace({name: study.parameters[name].central for name in levels}),
        )


def _prices(study: Study) -> Iterator[Variant]:
    own = study.pricing.content()
    for (switch, choice), label in PRICED.items():
        if own[switch] != choice:
            pricing = replace(study.pricing, **{switch: choice})  # type: ignore[arg-type]
            changed = replace(study, pricing=pricing)
            yield Variant(id=_id(switch, str(choice)), group=MONEY, label=label, study=changed)


def _at_best(study: Study, scenarios: Sequence[str]) -> Iterator[Variant]:
    """The claimed effects with every post of every scenario filled on the first day."""
    filled = dict(study.scenarios)
    try:
        for name in scenarios:
            twin = twin_of(study.scenario(name), study.clock)
            filled[name] = replace(twin, name=name, against=study.scenario(name).against)
    except InputError:
        return  # a scenario says something else of recruitment
    yield Variant(
        id="claimed-and-staffed",
        group=BEST,
        label="Claimed effects, and every post filled on the first day",
        study=replace(study.with_evidence("claimed"), scenarios=filled),
    )


def _id(*parts: str) -> str:
    words = "".join(one if one.isalnum() else " " for one in " ".join(parts).lower())
    return "-".join(words.split())
