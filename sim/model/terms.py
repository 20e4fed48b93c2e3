"""The words of the model, as small whole numbers that both the plan and the engine use."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """Who holds the family's case: its underlying level, which services never move directly."""

    ASSESSMENT = 0
    EARLY_HELP = 1
    CHILD_IN_NEED = 2
    CHILD_PROTECTION = 3
    PRE_PROCEEDINGS = 4
    PROCEEDINGS = 5
    CLOSED = 6


class Route(IntEnum):
    """How a child comes to be looked after."""

    BREAKDOWN = 0
    COURT = 1
    NO_WARNING = 2
    UNACCOMPANIED = 3
    GUARDIANSHIP = 4
    """A special guardianship breaks down."""


class Team(IntEnum):
    """The four services, each with its own posts and prices."""

    EARLY_HELP = 0
    FAMILY_GROUP_CONFERENCE = 1
    FAMILY_SAFEGUARDING = 2
    EDGE_OF_CARE = 3


class Line(IntEnum):
    """A kind of worker with a waiting list of its own; one cannot be booked for another."""

    KEY_WORKER = 0
    COORDINATOR = 1
    SOCIAL_WORKER = 2
    """Of the safeguarding teams, who become Family Safeguarding."""
    VICTIM_WORKER = 3
    """Works with a parent who suffers domestic abuse."""
    PERPETRATOR_WORKER = 4
    SUBSTANCE_WORKER = 5
    MENTAL_HEALTH_WORKER = 6
    EDGE_WORKER = 7
    """A social worker or family support worker of the Edge of Care team, or a pair of them."""


TEAM_OF_LINE = (
    Team.EARLY_HELP,
    Team.FAMILY_GROUP_CONFERENCE,
    Team.FAMILY_SAFEGUARDING,
    Team.FAMILY_SAFEGUARDING,
    Team.FAMILY_SAFEGUARDING,
    Team.FAMILY_SAFEGUARDING,
    Team.FAMILY_SAFEGUARDING,
    Team.EDGE_OF_CARE,
)
"""The team that each kind of worker belongs to."""


class Offer(IntEnum):
    """A point at which work is offered."""

    EARLY_HELP = 0
    STEP_DOWN_PARENTING = 1
    """Early help after edge-of-care work has ended: parenting support."""
    CONFERENCE_EARLY = 2
    CONFERENCE_PRE_PROCEEDINGS = 3
    FAMILY_SAFEGUARDING = 4
    EDGE_OF_CARE = 5
    CONFERENCE_AT_EDGE = 6
    """A conference before Edge of Care, or beside it, as the panel asks."""
    VICTIM_WORKER = 7
    PERPETRATOR_WORKER = 8
    SUBSTANCE_WORKER = 9
    MENTAL_HEALTH_WORKER = 10
    PLACEMENT_STABILITY = 11
    """Edge of Care's later work with long placements, in capacity that it can spare."""
    STEP_DOWN_ONE_TO_ONE = 12
    """Early help after edge-of-care work has ended: one-to-one work with a child."""
    STEP_DOWN_MENTORING = 13
    """Early help after edge-of-care work has ended: mentoring of a young person."""


LINE_OF = (
    Line.KEY_WORKER,
    Line.KEY_WORKER,
    Line.COORDINATOR,
    Line.COORDINATOR,
    Line.SOCIAL_WORKER,
    Line.EDGE_WORKER,
    Line.COORDINATOR,
    Line.VICTIM_WORKER,
    Line.PERPETRATOR_WORKER,
    Line.SUBSTANCE_WORKER,
    Line.MENTAL_HEALTH_WORKER,
    Line.EDGE_WORKER,
    Line.KEY_WORKER,
    Line.KEY_WORKER,
)
"""The kind of worker that answers each offer."""

TEAM_OF = tuple(TEAM_OF_LINE[line] for line in LINE_OF)
"""The team that answers each offer."""

SPECIALISTS = (
    Offer.VICTIM_WORKER,
    Offer.PERPETRATOR_WORKER,
    Offer.SUBSTANCE_WORKER,
    Offer.MENTAL_HEALTH_WORKER,
)
"""Family Safeguarding's adult specialists; bit k of a family's needs calls for the k-th."""


class Gate(IntEnum):
    """What the resource allocation panel asks of earlier help before it accepts."""

    NONE = 0
    OFFERED = 1
    """Early help or a conference was offered in the last year; if not, one starts beside the work."""
    CONFERENCE_FIRST = 2
    """As above, but if neither was offered, the family is sent to a conference before Edge of Care."""


class Turn(IntEnum):
    """When a family that is eligible for Family Safeguarding is offered its early conference."""

    BESIDE = 0
    """Both are offered at once."""
    CONFERENCE_FIRST = 1
    """The service is offered when the conference has met, was declined or lapsed."""
    CONFERENCE_AFTER = 2
    """The conference is offered when the service has ended, was declined or lapsed."""


class Channel(IntEnum):
    """What a service may multiply: one rate or chance each."""

    BREAKDOWN = 0
    """Crises of a relationship, a child."""
    EDGE = 1
    """Entry into care while a crisis lasts, a child."""
    COURT = 2
    """Court-led entry, a family."""
    STEP_UP = 3
    """Escalation below pre-proceedings."""
    ISSUE = 4
    """Proceedings issued, from pre-proceedings."""
    PLAN_START = 5
    """Chance that a conference makes a child protection plan."""
    PLAN_END = 6
    """Rate at which plans end."""
    RETURN_HOME = 7
    """Return home from a short or medium stay after a breakdown."""
    PLACEMENT = 8
    """Breakdown of a placement."""
    NETWORK = 9
    """Chance that care, or an order, is within the family network."""


class Stay(IntEnum):
    """The kind of a period of care, known when it starts only in so far as its length is mixed."""

    SHORT = 0
    MEDIUM = 1
    LONG = 2


class Leaving(IntEnum):
    """How a period of care ends."""

    RETURNED_HOME = 0
    RETURNED_HOME_UNPLANNED = 1
    SPECIAL_GUARDIANSHIP = 2
    ADOPTED = 3
    OTHER = 4
    AGE_18 = 5


class Placement(IntEnum):
    """Where a looked-after child lives: the groups that prices differ by."""

    OWN_FOSTER = 0
    AGENCY_FOSTER = 1
    CHILDRENS_HOME = 2
    SUPPORTED_ACCOMMODATION = 3
    WITH_PARENTS = 4
    FOR_ADOPTION = 5
    KINSHIP = 6
    """With relatives or friends who are approved as foster carers."""


STEP_DOWNS = (Offer.STEP_DOWN_PARENTING, Offer.STEP_DOWN_ONE_TO_ONE, Offer.STEP_DOWN_MENTORING)
"""Kinds of early help that follow edge-of-care work, by the age of the oldest child."""
STEP_DOWN_KEYS = {
    Offer.STEP_DOWN_PARENTING: "services.edge_of_care.step_down.parenting_support",
    Offer.STEP_DOWN_ONE_TO_ONE: "services.edge_of_care.step_down.one_to_one_work",
    Offer.STEP_DOWN_MENTORING: "services.edge_of_care.step_down.youth_mentoring",
}
"""The group of settings of each."""
STEP_DOWN_NAMES = ("parenting support", "one-to-one work", "youth mentoring")
"""What each is called, in the order of ``STEP_DOWNS``."""
EARLY_HELP = (Offer.EARLY_HELP, *STEP_DOWNS)
"""Offers of early help: a family has one of them at a time."""
FIRST_CONFERENCES = (Offer.CONFERENCE_EARLY, Offer.CONFERENCE_PRE_PROCEEDINGS)
"""Conferences that a level of the case brings with it."""
CONFERENCES = (*FIRST_CONFERENCES, Offer.CONFERENCE_AT_EDGE)
"""Offers of a conference, which changes nothing before it has met."""

BAND_STARTS = (0, 1, 5, 10, 13, 16, 18)
"""First birthday of each age band, in years; the last is adulthood."""

BANDS = ("under 1", "1-4", "5-9", "10-12", "13-15", "16-17")
STATUS_NAMES = (
    "assessment",
    "early help",
    "child in need",
    "child protection",
    "pre-proceedings",
    "proceedings",
    "closed",
)
HELD_NAMES = (*STATUS_NAMES, "special guardianship")
"""Who may hear of a crisis: the holder of the case, or the team that supports special guardians."""
GUARDIANSHIP_TEAM = len(STATUS_NAMES)
ROUTE_NAMES = ("breakdown", "court", "no warning", "unaccompanied", "special guardianship breakdown")
TEAM_NAMES = ("early help", "family group conference", "family safeguarding", "edge of care")
TEAM_KEYS = tuple(name.replace(" ", "_") for name in TEAM_NAMES)
OFFER_NAMES = (
    "early help",
    "parenting support (step-down)",
    "family group conference (early)",
    "family group conference (pre-proceedings)",
    "family safeguarding",
    "edge of care",
    "family group conference (at the edge of care)",
    "domestic abuse worker (victim)",
    "domestic abuse worker (perpetrator)",
    "substance misuse worker",
    "mental health worker",
    "placement stability",
    "one-to-one work (step-down)",
    "youth mentoring (step-down)",
)
LINE_NAMES = (
    "key worker",
    "coordinator",
    "social worker",
    "domestic abuse worker (victim)",
    "domestic abuse worker (perpetrator)",
    "substance misuse worker",
    "mental health worker",
    "edge of care worker",
)
STAY_NAMES = ("short", "medium", "long")
LEAVING_NAMES = (
    "returned home",
    "returned home unplanned",
    "special guardianship",
    "adopted",
    "other",
    "age 18",
)
PLACEMENT_NAMES = (
    "own foster",
    "agency foster",
    "children's home",
    "supported accommodation",
    "with parents",
    "for adoption",
    "kinship",
)
SEX_NAMES = ("girls", "boys")
ETHNICITY_NAMES = ("white", "mixed", "asian", "black", "other")

SPELLS = 24
"""Spells of status a family can pass through, referrals included, before its sequence is exhausted."""
REFERRALS = 10
COURT_CRISES = 10
NO_WARNING_CRISES = 8
CRISES = 16
PERIODS = 10
OFFERS = 12
MOVES = 24
"""Times that a child's placement can break down before its sequence is exhausted."""
ORDERS = 6
"""Times that a family's proceedings can end."""
SLOTS = 7
"""Children a family can have: five at referral, one expected, one born later."""
