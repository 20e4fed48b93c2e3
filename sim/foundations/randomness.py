"""Chance, addressed by what it decides: a number belongs to a decision, not to a moment.

The key of a stream is the hash of seed / draw / run / decision; the place in it is (entity, block, slot,
occurrence). The scenario is in no key, so the same family meets the same chances whatever is done for it, and
asking for more numbers, or for other decisions, changes none.

Bits come from the counter-based generator Philox-4x64-10 (Salmon and others, "Parallel random numbers: as
easy as 1, 2, 3", 2011). Keys and counters are scientific format: changing one changes every result.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

__all__ = ["Chance", "Decision", "parameter_quantile", "year_quantiles"]

_FORMAT = "caresim/1"
_LARGEST_UNIFORM = 1.0 - 2.0**-53


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
        return _words(f"{self.seed}/{self.draw}/{self.run}/{decision.value}", n, block, slot, occurrence)

    def uniforms(
        self, decision: Decision, n: int, *, block: int = 0, slot: int = 0, occurrence: int = 0
    ) -> npt.NDArray[np.float64]:
        """`words` as numbers strictly between 0 and 1, shape [n]."""
        return _uniforms(self.words(decision, n, block=block, slot=slot, occurrence=occurrence))


def parameter_quantile(seed: int, draw: int, name: str) -> float:
    """Where in its range parameter `name` lies in this draw: one number strictly between 0 and 1.

    Each parameter has its own key, so that adding one disturbs none.
    """
    return float(_uniforms(_words(f"{seed}/{draw}/parameter/{name}", 1))[0])


def year_quantiles(seed: int, draw: int, name: str, n: int) -> npt.NDArray[np.float64]:
    """Quantiles for n successive years of what varies by year under `name`, shape [n]."""
    return _uniforms(_words(f"{seed}/{draw}/year/{name}", n))


def _words(path: str, n: int, block: int = 0, slot: int = 0, occurrence: int = 0) -> npt.NDArray[np.uint64]:
    digest = blake2b(f"{_FORMAT}/{path}".encode(), digest_size=16).digest()
    key = np.frombuffer(digest, dtype="<u8").astype(np.uint64)
    counter = np.array([0, block, slot, occurrence], dtype=np.uint64)
    return np.random.Philox(key=key, counter=counter).random_raw(n)


def _uniforms(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
    # Above a half the added 0.5 rounds, and the topmost word would round to 1: hence the ceiling.
    middles = ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return np.minimum(middles, _LARGEST_UNIFORM)
