"""One family's story in plain words, in two scenarios side by side, with the first divergence marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.events import Event, word
from sim.experiment.trial import Trial, run_trial
from sim.foundations.clock import TICKS_PER_DAY, TICKS_PER_YEAR
from sim.foundations.errors import InputError
from sim.model.compile import build_circumstances
from sim.model.terms import LINE_OF, OFFER_NAMES, SPECIALISTS, STATUS_NAMES, Line, Offer, Status

if TYPE_CHECKING:
    from sim.engine.events import EventLog
    from sim.experiment.trial import TrialResult
    from sim.model.plan import Plan
    from sim.study.config import Study

Told = tuple[int, str]
"""A tick and what happened then."""
FAMILY = "the family"
WITH = {
    Line.KEY_WORKER: "a key worker",
    Line.COORDINATOR: "a coordinator",
    Line.SOCIAL_WORKER: "a social worker of the safeguarding teams",
    Line.EDGE_WORKER: "a worker of the Edge of Care team",
}
"""Who begins the work of each service."""

SENTENCES = {
    Event.REFERRED: "referred to children's services",
    Event.BORN: "{child} is born",
    Event.CRISIS: "{child} is at the edge of care: the relationship at home breaks down",
    Event.NOT_HEARD: "nobody refers the crisis to Edge of Care",
    Event.WEATHERED: "the crisis passes, {child} is still at home",
    Event.ENTERED: "{child} enters care ({what})",
    Event.PLACED: "{child} lives in: {what}",
    Event.LEFT: "{child} leaves care: {what}",
    Event.PLAN_STARTED: "child protection plan for {amount} of the children",
    Event.PLAN_AVERTED: "a child protection plan is averted",
    Event.PLAN_ENDED: "the child protection plan ends",
    Event.OFFERED: "{what} is offered",
    Event.DECLINED: "{what} is declined",
    Event.ACCEPTED: "{what} is accepted; the family waits for a place",
    Event.STARTED: "{what} begins with {worker}, {waited}",
    Event.FINISHED: "{what} ends after {days}",
    Event.STOPPED: "{what} stops early, after {days}",
    Event.LAPSED: "the offer of {what} lapses before it could begin",
    Event.EXHAUSTED: "a keyed sequence ran out (a fault of the model's bounds)",
    Event.INTERRUPTED: "the worker leaves; {what} waits for a colleague to take it over",
    Event.RESUMED: "another worker takes {what} over, after {days} without one",
    Event.GIVEN_UP: "{what} is given up, {days} after it began: nobody took it over, or the family's "
    "circumstances changed",
    Event.DIVERTED: "the panel asks for a family group conference before {what}",
    Event.RATIFIED: "the panel agrees to {what}, decided between its meetings",
    Event.BROKE_DOWN: "the placement of {child} breaks down ({what}), after {days}",
}
"""What each event says; those of specialists, of the panel's reasons and of gates follow."""
SPECIALIST = {
    Event.OFFERED: "the parents' needs call for a {what}",
    Event.DECLINED: "the parents decline a {what}",
    Event.ACCEPTED: "a {what} is asked for; the family waits for one",
    Event.STARTED: "a {what} comes, {waited}",
    Event.FINISHED: "the {what} has finished, after {days}",
    Event.STOPPED: "the {what} stops early, after {days}",
    Event.LAPSED: "no {what} came in time",
    Event.INTERRUPTED: "the {what} leaves; the family waits for another",
    Event.RESUMED: "another {what} takes over, after {days} without one",
    Event.GIVEN_UP: "the work of the {what} is given up, {days} after it began: nobody took it over, or the "
    "family's circumstances changed",
}
AT_PANEL = {
    Event.OFFERED: "the crisis is referred to the panel, for {what}",
    Event.DECLINED: "the family declines {what}",
    Event.ACCEPTED: "the panel and the family agree to {what}; the family waits for a place",
    Event.LAPSED: "no place in {what} was free in time",
}
"""What is said of Edge of Care, which a panel decides."""
REFUSED = {
    1: "the panel refuses {what}: the referral is outside its criteria",
    2: "the panel refuses {what}, by its judgement",
}
GATES = {
    Status.EARLY_HELP: "it is decided that early help will hold the case, {later}",
    Status.CHILD_IN_NEED: "it is decided to hold the case as child in need, {later}",
    Status.CHILD_PROTECTION: "a child protection enquiry begins; the case goes to a conference {later}",
    Status.PRE_PROCEEDINGS: "a legal gateway meeting decides on a letter before proceedings, {later}",
    Status.PROCEEDINGS: "it is decided to issue proceedings, {later}",
    Status.CLOSED: "it is decided to close the case, {later}",
}
ORDERS = {
    0: "proceedings end with the children at home",
    1: "proceedings end with an order: {who} with kin, under a special guardian",
}
UNTOLD = (Event.LOAD,)
"""Events of no family."""

HELD = {
    Status.ASSESSMENT: "assessed by initial response",
    Status.EARLY_HELP: "the case is held by early help",
    Status.CHILD_IN_NEED: "the case is held as child in need",
    Status.CHILD_PROTECTION: "the case is held by a safeguarding team (child protection)",
    Status.PRE_PROCEEDINGS: "letter before proceedings (pre-proceedings)",
    Status.PROCEEDINGS: "proceedings are issued",
    Status.CLOSED: "the case is closed",
}


def family_story(study: Study, family: int, scenarios: tuple[str, str], draw: int = 0, run: int = 0) -> str:
    """The story of one family, by its identity, as text. ``InputError`` if no such family comes."""
    given = build_circumstances(study, draw, run)
    first, second = (
        run_trial(study, Trial(scenario=name, draw=draw, run=run), given=given) for name in scenarios
    )
    rows = (given.families.id == family).nonzero()[0]
    if not len(rows):
        raise InputError.of(
            f"no family {family} meets a service in draw {draw}, run {run}. {examples(first, second)}",
            path="family",
        )
    one, other = (lines(study, result.plan, result.log, family) for result in (first, second))
    head = introduction(study, first.plan, int(rows[0]), family, draw, run)
    return "\n".join([*head, "", *beside(one, other, scenarios)])


def examples(first: TrialResult, second: TrialResult) -> str:
    """Families whose children enter care differently in the two scenarios, to look at."""
    entries = []
    for result in (first, second):
        mask = result.log.rows(Event.ENTERED)
        entries.append(
            set(zip(result.log.family[mask].tolist(), result.log.tick[mask].tolist(), strict=True))
        )
    differ = sorted({family for family, _ in entries[0] ^ entries[1]})
    named = ", ".join(str(family) for family in differ[:8]) if differ else "none"
    return f"Families whose entries into care differ between the two scenarios: {named}."


def introduction(study: Study, plan: Plan, row: int, family: int, draw: int, run: int) -> list[str]:
    """Who the family is."""
    families, children = plan.families, plan.children
    arrives = max(int(families.arrives[row]), 0)
    span = range(families.first_child[row], families.first_child[row + 1])
    born = [int(children.born[child]) for child in span]
    ages = [str((arrives - b) // TICKS_PER_YEAR) for b in born if b <= arrives]
    later = sum(1 for b in born if b > arrives)
    opening = int(families.opening_status[row])
    came = (
        "first meets a service after a referral of"
        if opening < 0
        else (f"is open on the first day ({STATUS_NAMES[opening]}),")
    )
    traits = [
        needs_of(int(families.needs[row])),
        "the relationship is breaking down" if families.relationship[row] else "no relationship breakdown",
        f"risk {families.factor[row] / (1 << 20):.2f} times the average",
    ]
    ages_text = f"children aged {', '.join(ages)}" if ages else "no child born yet"
    unborn = f"; {later} born later" if later else ""
    guarded = sum(bool(children.guardian[child]) for child in span)
    if guarded:
        traits.append(
            f"{guarded} of the children {'lives' if guarded == 1 else 'live'} with a special guardian"
        )
    return [
        f"Family {family} · draw {draw}, run {run}",
        f"The family {came} {study.clock.date(arrives):%-d %B %Y}: {ages_text}{unborn}; {'; '.join(traits)}.",
    ]


def lines(study: Study, plan: Plan, log: EventLog, family: int) -> list[Told]:
    """What happened to the family, in order."""
    log = log.of_family(family)
    ids = plan.children.id.tolist()
    born = dict(zip(ids, plan.children.born.tolist(), strict=True))
    eldest_first = sorted((one for one in ids if one // 10 == family), key=lambda one: born[one])
    number = {one: position + 1 for position, one in enumerate(eldest_first)}
    told = []
    for row in range(len(log)):
        event, what, amount = Event(log.event[row]), int(log.what[row]), int(log.amount[row])
        tick, child = int(log.tick[row]), int(log.child[row])
        if event in UNTOLD:
            continue
        who = name_of(child, tick, born, number)
        told.append((tick, f"{study.clock.date(tick):%d %b %Y}  {sentence(event, what, amount, who)}"))
    return told


def sentence(event: Event, what: int, amount: int, who: str) -> str:
    """One event in words; ``who`` is the child it happened to, or "the family"."""
    length = days(amount)
    return template(event, what, amount, who).format(
        child=who,
        what=word(event, what),
        amount=amount,
        days=length,
        waited=f"after a wait of {length}" if amount >= TICKS_PER_DAY // 2 else "at once",
        later=f"in {length}" if amount >= TICKS_PER_DAY // 2 else "at once",
        worker=WITH.get(LINE_OF[what], "") if event == Event.STARTED else "",
        who=f"{who} goes to live" if who != FAMILY else "the children live",
    )


def template(event: Event, what: int, amount: int, who: str) -> str:
    """The words of an event, with gaps to fill."""
    if event == Event.STATUS:
        return HELD[Status(what)]
    if event == Event.GATE:
        return GATES.get(Status(what), "it is decided to move the case, {later}")
    if event == Event.REFUSED:
        return REFUSED[amount]
    if event == Event.ORDER:
        return ORDERS[what]
    if event in SPECIALIST and what in SPECIALISTS:
        return SPECIALIST[event]
    if event in AT_PANEL and what == Offer.EDGE_OF_CARE:
        return AT_PANEL[event]
    if event == Event.PLAN_STARTED and what:
        return f"another {SENTENCES[event]}"
    if event == Event.WEATHERED and amount:
        return f"{SENTENCES[event]}, with Edge of Care at work"
    return SENTENCES[event]


def days(ticks: int) -> str:
    """A length of time in whole days: "1 day", "23 days"."""
    count = round(ticks / TICKS_PER_DAY)
    return f"{count} day{'' if count == 1 else 's'}"


def needs_of(bits: int) -> str:
    """The specialists that the parents' needs call for."""
    names = [OFFER_NAMES[offer] for place, offer in enumerate(SPECIALISTS) if bits >> place & 1]
    return f"parents' needs call for: {', '.join(names)}" if names else "no adult specialist needs"


def name_of(child: int, tick: int, born: dict[int, int], number: dict[int, int]) -> str:
    """A child by number in the family, the eldest first, and age."""
    if child < 0:
        return FAMILY
    years = (tick - born[child]) // TICKS_PER_YEAR
    return f"child {number[child]} (aged {years})"


def beside(one: list[Told], other: list[Told], scenarios: tuple[str, str]) -> list[str]:
    """Both stories: together while they agree, then each by itself from the first divergence."""
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    text = [f"In both scenarios ({scenarios[0]}; {scenarios[1]}):"]
    text += [f"  {line}" for _, line in one[:same]] or ["  nothing yet"]
    if same == len(one) == len(other):
        return [*text, "", "The two stories are the same to the end."]
    text += ["", "▶ Here the stories part."]
    for name, story in zip(scenarios, (one, other), strict=True):
        text += ["", f"{name[0].upper()}{name[1:]}:"]
        text += [f"  {line}" for _, line in story[same:]] or ["  nothing more happens"]
    return text
