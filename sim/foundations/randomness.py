"""Chance, addressed by what it decides: a number belongs to a decision, not to a moment.

The key of a stream is the hash of seed / draw / run / decision; the place in it is (entity, block, slot,
occurrence). The scenario is in no key, so the same family meets the same chances whatever is done for it, and
asking for more numbers, or for other decisions, changes none.

Bits come from the counter-based generator Philox-4x64-10 (Salmon and others, "Parallel random numbers: as
easy as 1, 2, 3", 2011; `sim.foundations.philox`). Keys and counters are scientific format: changing one
changes every result.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.foundations import philox

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Chance",
    "Decision",
    "generator",
    "parameter_quantile",
    "parameter_quantiles",
    "year_quantiles",
]

_FORMAT = "caresim/1"


class Decision(StrEnum):
    """A point where chance enters. The string is part of the key: to rename one is to change results."""

    ARRIVAL_GAP = "arrival gap"
    ARRIVAL_KEPT = "arrival kept"
    REFERRAL_OUTCOME = "referral outcome"
    REFERRAL_LENGTH = "assessment length"
    REREFERRAL = "re-referral"
    IMPAIRMENT = "significant impairment"
    TO_EARLY_HELP = "closes to early help"
    FAMILY_SIZE = "family size"
    YOUNGEST_BAND = "youngest band"
    YOUNGEST_AGE = "youngest age"
    SIBLING_GAP = "sibling gap"
    PREGNANCY = "pregnancy"
    LATER_BIRTH = "later birth"
    FRAILTY = "frailty"
    NEED_DOMESTIC_ABUSE = "domestic abuse"
    NEED_MENTAL_HEALTH = "mental health"
    NEED_SUBSTANCE = "substance misuse"
    RELATIONSHIP = "relationship breakdown"
    ASSESSED_RISK = "assessed risk"
    STEP_UP = "step up"
    STEP_DOWN = "step down"
    COURT = "court"
    NO_WARNING = "no warning"
    NO_WARNING_CHILD = "child without warning"
    CRISIS = "crisis"
    EDGE = "edge of care"
    JOIN = "sibling joins"
    PLAN_START = "plan start"
    STAY_CLASS = "stay class"
    STAY_END = "stay end"
    STAY_KIND = "stay kind"
    PLACEMENT = "placement"
    HEARD = "crisis heard"
    OFFERED = "offered"
    TAKE_UP = "take-up"
    SERVICE_LENGTH = "service length"
    OPENING_ELAPSED = "opening elapsed"
    OPENING_AGE = "opening age"
    OPENING_STAY = "opening stay"
    POST_FILL = "post filled"
    POST_STAY = "post stay"
    POST_AGENCY = "post agency"
    POST_OPENING = "post at opening"
    POST_NEVER = "post never filled"
    POST_ABSENCE = "post absence"
    NEED_PERPETRATOR = "perpetrator at home"
    PANEL = "panel refuses"
    ORDER = "order with kin"
    KIN = "placed with kin"
    MOVE = "placement breaks down"
    MOVED_TO = "placement after breakdown"
    SHARED_RISK = "shared risk"
    ETHNICITY = "ethnicity"
    SEX = "sex of child"
    DISABILITY = "disability"
    HEARD_IN_CARE = "entry heard"
    EARLIER_PLAN = "earlier plan"


@dataclass(frozen=True, slots=True)
class Chance:
    """All the luck of one trial: any scenario with the same seed, draw and run shares it."""

    seed: int
    """The study's seed."""
    draw: int
    """Which draw of what is not known; 0 is the central one."""
    run: int
    """Which run of luck."""

    def words(
        self, decision: Decision, n: int, *, block: int = 0, slot: int = 0, occurrence: int = 0
    ) -> npt.NDArray[np.uint64]:
        """Random 64-bit words for entities 0 to n-1, shape [n]; word i is the same for every n.

        `block` parts kinds of entity (families who come, families already open, posts), `slot` parts members
        of one entity (a child in a family), `occurrence` parts the times that one decision comes round.
        """
        return philox.words(self.key(decision), n, block, slot, occurrence)

    def uniforms(
        self, decision: Decision, n: int, *, block: int = 0, slot: int = 0, occurrence: int = 0
    ) -> npt.NDArray[np.float64]:
        """`words` as numbers strictly between 0 and 1, shape [n]."""
        return philox.uniforms(self.words(decision, n, block=block, slot=slot, occurrence=occurrence))

    def uniform(
        self, decision: Decision, entity: int, *, block: int = 0, slot: int = 0, occurrence: int = 0
    ) -> float:
        """The number of one entity alone: `uniforms(decision, entity + 1, ...)[entity]`."""
        return philox.single(self.key(decision), block, slot, entity, occurrence)

    def table(
        self,
        decision: Decision,
        occurrences: int,
        *,
        block: npt.NDArray[np.int64],
        slot: npt.NDArray[np.int64],
        entity: npt.NDArray[np.int64],
    ) -> npt.NDArray[np.float64]:
        """Numbers of many addresses at once, a row each with occurrences from 0: [rows, occurrences].

        The three arrays have one length and nothing negative. It is quickest where neighbours of one block
        and slot are next to each other.
        """
        return philox.table(self.key(decision), occurrences, block, slot, entity)

    def key(self, decision: Decision) -> philox.Key:
        """The key of a decision's stream."""
        return _decision_key(self.seed, self.draw, self.run, decision)


def parameter_quantile(seed: int, draw: int, name: str) -> float:
    """Where in its range parameter `name` lies in this draw: one number strictly between 0 and 1.

    Each parameter has its own key, so that adding one disturbs none.
    """
    return parameter_quantiles(seed, draw, [name])[name]


def parameter_quantiles(seed: int, draw: int, names: Iterable[str]) -> dict[str, float]:
    """`parameter_quantile` of each of some parameters."""
    keys = {name: _key(f"{seed}/{draw}/parameter/{name}") for name in names}
    return dict(zip(keys, philox.uniforms(philox.firsts(list(keys.values()))).tolist(), strict=True))


def year_quantiles(seed: int, draw: int, name: str, n: int) -> npt.NDArray[np.float64]:
    """Quantiles for n successive years of what varies by year under `name`, shape [n]."""
    return philox.uniforms(philox.words(_key(f"{seed}/{draw}/year/{name}"), n))


def generator(seed: int, name: str) -> np.random.Generator:
    """A stream of its own for an algorithm that needs one, such as a sampler: no decision of any family."""
    words = [int(word) for word in _key(f"{seed}/algorithm/{name}")]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(words)))


@lru_cache(maxsize=4 * len(Decision))
def _decision_key(seed: int, draw: int, run: int, decision: Decision) -> philox.Key:
    return _key(f"{seed}/{draw}/{run}/{decision.value}")


def _key(path: str) -> philox.Key:
    digest = blake2b(f"{_FORMAT}/{path}".encode(), digest_size=16).digest()
    one, two = (int.from_bytes(half, "little") for half in (digest[:8], digest[8:]))
    return np.uint64(one), np.uint64(two)
