"""The life of a family with children's services.

An engine calls ``arrive`` when the family comes, ``next_wake`` to learn when something known or spent comes
due, and ``live_through`` when it has. Within a wake a crisis beats everything, care comes before the level of
the case, and the level before appointments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine import care, edge
from sim.engine import offers as service
from sim.engine.agenda import Due
from sim.engine.events import Event
from sim.engine.load import follow_case
from sim.engine.people import (
    AWAY,
    COURT,
    GONE,
    HOME,
    IN_CARE,
    NO_WARNING,
    PLAN_END,
    REREFERRAL,
    STEP_DOWN,
    STEP_UP,
    WITH_KIN,
    anything_spent,
    first_spent,
    spend,
    stop_clock,
    wind,
)
from sim.engine.risk import decided_for_birth, next_step, set_ease, set_rates
from sim.engine.world import note, record, record_child, take_due
from sim.foundations.ledger import NEVER
from sim.model.terms import REFERRALS, SPELLS, Channel, Offer, Status

if TYPE_CHECKING:
    from sim.engine.people import Child, Family
    from sim.engine.world import World

UPWARDS = (-1, 2, 3, 4, 5, -1, -1)
"""By level: the level that an escalation leads to."""
DOWNWARDS = (-1, 6, 6, 2, 3, 2, -1)
"""By level: the level, or closure, that the end of its work leads to."""


def arrive(world: World, family: Family) -> None:
    """Come by referral, or stand open on the first day."""
    keyed = family.keyed
    family.impaired = bool(keyed.impaired and keyed.needs)
    family.had_plan = 1 if keyed.earlier_plan else 0
    family.last = world.now
    settle_in(world, family)
    if keyed.opening_status >= 0:
        open_at_start(world, family, keyed.opening_status)
    elif not family.children[0].keyed.unaccompanied:
        family.referral = keyed.first_referral
        refer(world, family)
    if world.services.opens[Offer.FAMILY_SAFEGUARDING] > world.now:
        note(world, family, world.services.opens[Offer.FAMILY_SAFEGUARDING], Due.OPENS, 0)
    for child in family.children:
        if child.keyed.unaccompanied and child.where == HOME:
            care.arrive_alone(world, family, child)
    service.take_turns(world, family)


def goes_on(family: Family) -> bool:
    """Whether the story of a family is not over: a child is in sight, or something has just come."""
    if family.granted or family.called:
        return True
    for child in family.children:  # noqa: SIM110 - the compiled engine has no generator expressions
        if child.where != GONE:
            return True
    return False


def settle_in(world: World, family: Family) -> None:
    """Place each child: not yet born, at home, or already looked after; wind the family's own clocks."""
    wind(family, COURT, family.keyed.court[0])
    wind(family, NO_WARNING, family.keyed.no_warning[0])
    for child in family.children:
        if child.born > world.now:
            note(world, family, child.born, Due.BIRTH, child.index)
            if child.born - world.rules.half_year > world.now:
                note(world, family, child.born - world.rules.half_year, Due.EXPECTED, child.index)
        else:
            appear(world, family, child)
            care.resume(world, family, child)


def appear(world: World, family: Family, child: Child) -> None:
    """A child is at home at its present age."""
    child.band = care.band_at(world, world.now - child.born)
    child.where = HOME if child.band < care.ADULT else GONE
    wind(family, child.clock, child.keyed.crisis[0])
    if child.where == HOME:
        note(world, family, child.born + world.rules.band_starts[child.band + 1], Due.BIRTHDAY, child.index)


def open_at_start(world: World, family: Family, status: int) -> None:
    """Take up the case where the first day finds it."""
    enter_status(world, family, status, -family.keyed.opening_elapsed)
    if status == Status.CHILD_PROTECTION or status == Status.PRE_PROCEEDINGS:
        start_plan(world, family, 1)
        family.plan_started = family.since
    if family.since == world.now:
        # It came to this level today, so today's offers are made as at any other time.
        service.review(world, family, status)
    else:
        # Its early conference, if it had one, lies in the past.
        family.early_conference_past = True
        if status == Status.EARLY_HELP:
            service.offer(world, family, Offer.EARLY_HELP)
        service.offer_safeguarding(world, family)


def refer(world: World, family: Family) -> None:
    """A referral is assessed by initial response."""
    occurrence = family.referral
    record(world, Event.REFERRED, family, 0, occurrence)
    change_status(world, family, Status.ASSESSMENT)
    note(world, family, world.now + family.keyed.assessment[occurrence], Due.ASSESSED, occurrence)


def live_through(world: World, family: Family) -> None:
    """Let everything happen that has come due, in the declared order."""
    left = family.left
    for child in family.children:
        if left[child.clock] <= 0:
            care.child_clock_spent(world, family, child)
        if left[child.settled] <= 0 and child.where == IN_CARE:
            care.placement_breaks_down(world, family, child)
    if left[COURT] <= 0:
        court_decides(world, family)
    if left[NO_WARNING] <= 0:
        care.entry_without_warning(world, family)
    if left[PLAN_END] <= 0:
        plan_is_done(world, family)
    if left[STEP_UP] <= 0:
        move_to(world, family, UPWARDS[family.status])  # risk has outrun what held the case at its level
    elif left[STEP_DOWN] <= 0:
        work_is_done(world, family)
    elif left[REREFERRAL] <= 0:
        stop_clock(family, REREFERRAL)
        refer(world, family)
    while family.due <= world.now:
        what, argument = take_due(world, family)
        keep_appointment(world, family, what, argument)
    if family.called:
        edge.called(world, family)
    for offer in range(len(family.offers)):
        if family.granted >> offer & 1:
            family.granted &= ~(1 << offer)
            service.granted(world, family, offer)
    service.take_turns(world, family)


def court_decides(world: World, family: Family) -> None:
    """A child enters care by a court, and where no proceedings ran they do now."""
    care.court_entry(world, family)
    if family.status == Status.CHILD_PROTECTION or family.status == Status.PRE_PROCEEDINGS:
        change_status(world, family, Status.PROCEEDINGS)


def keep_appointment(world: World, family: Family, what: int, argument: int) -> None:
    """A known time has come; what no longer applies is passed over."""
    if what == Due.BIRTH:
        child = family.children[argument]
        appear(world, family, child)
        record_child(world, Event.BORN, family, child, 0, 0)
        family.left[COURT] -= decided_for_birth(world, family, world.now)
        if family.left[COURT] <= 0:
            court_decides(world, family)
    elif what == Due.BIRTHDAY:
        care.birthday(world, family, family.children[argument])
    elif what == Due.WINDOW:
        care.window_closes(world, family, family.children[argument])
    elif what == Due.LONG_PLACEMENT:
        edge.offer_stability(world, family, family.children[argument])
    elif what == Due.ASSESSED:
        if family.status == Status.ASSESSMENT and family.referral == argument:
            assessed(world, family)
    elif what == Due.GATE:
        if family.moving == argument and family.gate_at == world.now:
            change_status(world, family, argument)
    elif what == Due.REVIEW:
        if family.spell == argument and family.moving < 0:
            step_down(world, family)
    elif what == Due.PLAN_REVIEW:
        if family.plan_children and family.plan_started == argument:
            review_plan(world, family)
    elif what == Due.URGENT:
        edge.urgent(world, family, argument)
    elif what == Due.OPENS:
        service.offer_safeguarding(world, family)
    elif what != Due.EXPECTED:  # which changes nothing but the pace, and that is set at every waking
        service.keep_appointment(world, family, what, argument)


def assessed(world: World, family: Family) -> None:
    """The assessment ends: no further action, early help, child in need, or straight to a conference."""
    move_to(world, family, family.keyed.outcome[family.referral])


def work_is_done(world: World, family: Family) -> None:
    """The work of the level is done. A case on the level of a plan steps down at a review conference."""
    if family.status == Status.CHILD_PROTECTION:
        stop_clock(family, STEP_DOWN)
        note(world, family, next_review(world, family.since), Due.REVIEW, family.spell)
    else:
        step_down(world, family)


def next_review(world: World, since: int) -> int:
    """The first review conference from now on of what began at a tick."""
    first, every = world.rules.reviews[0], world.rules.reviews[1]
    passed = world.now - since
    if passed <= first:
        return since + first
    return since + first + -(-(passed - first) // every) * every


def step_down(world: World, family: Family) -> None:
    """Down a level, or closed."""
    status = DOWNWARDS[family.status]
    if family.status == Status.CHILD_IN_NEED and family.keyed.to_early_help[family.spell]:
        status = int(Status.EARLY_HELP)
    if family.status == Status.PROCEEDINGS:
        care.final_order(world, family)
    move_to(world, family, status)


def move_to(world: World, family: Family, status: int) -> None:
    """Decide that the case moves to another level: at once, or after an enquiry, a legal gateway meeting or
    the transfer between teams, while it is held where it is."""
    wait = 0
    if family.status < status < Status.CLOSED:
        wait = world.rules.gates[status]
    elif status != Status.CLOSED:
        wait = world.rules.transfer
    if not wait:
        change_status(world, family, status)
        return
    record(world, Event.GATE, family, status, wait)
    family.moving, family.gate_at = status, world.now + wait
    stop_clock(family, STEP_UP)
    stop_clock(family, STEP_DOWN)
    note(world, family, family.gate_at, Due.GATE, status)


def change_status(world: World, family: Family, status: int) -> None:
    """Hold the case at another level, with what practice does on the way in."""
    before = family.status
    enter_status(world, family, status, world.now)
    if status == Status.CHILD_PROTECTION and not family.plan_children:
        start_plan(world, family, family.had_plan)
        if world.services.compounding and not family.plan_children:
            status = int(Status.CHILD_IN_NEED)
            before = family.status
            enter_status(world, family, status, world.now)
    if family.plan_children and (status == Status.PROCEEDINGS or status == Status.CLOSED):
        end_plan(world, family)
    service.review(world, family, before)
    if status == Status.CLOSED:
        close(world, family)


def enter_status(world: World, family: Family, status: int, since: int) -> None:
    """Begin a spell at a level: the next resiliences against leaving it, upwards and downwards."""
    family.spell += 1
    family.status, family.since = status, since
    family.moving = -1
    follow_case(world, family)
    if family.spell >= SPELLS:
        record(world, Event.EXHAUSTED, family, 0, 0)
        stop_clock(family, STEP_UP)
        stop_clock(family, STEP_DOWN)
        family.spell = SPELLS - 1
    else:
        wind(family, STEP_UP, family.keyed.step_up[family.spell])
        wind(family, STEP_DOWN, family.keyed.step_down[family.spell])
    record(world, Event.STATUS, family, status, family.spell)


def close(world: World, family: Family) -> None:
    """The case is closed; the family may be referred again."""
    family.referral += 1
    if family.referral >= REFERRALS:
        record(world, Event.EXHAUSTED, family, 1, 0)
    else:
        wind(family, REREFERRAL, family.keyed.rereferral[family.referral - 1])


def start_plan(world: World, family: Family, before: int) -> None:
    """The conference makes a child protection plan, unless the work that is under way averts it.

    A child expected within half a year is on the plan too.
    """
    soon = world.now + world.rules.half_year
    children = 0
    for child in family.children:
        if child.where == HOME or (child.where == AWAY and child.born <= soon):
            children += 1
    if not children:
        return
    set_ease(world, family, world.now)
    if family.keyed.plan_start[family.spell] >= family.ease[Channel.PLAN_START]:
        record(world, Event.PLAN_AVERTED, family, 0, children)
        return
    family.plan_children = children
    family.plan_started = world.now
    wind(family, PLAN_END, family.keyed.step_down[family.spell])
    record(world, Event.PLAN_STARTED, family, before, children)
    family.had_plan = 1


def plan_is_done(world: World, family: Family) -> None:
    """The plan has done its work; a review conference ends it."""
    stop_clock(family, PLAN_END)
    note(world, family, next_review(world, family.plan_started), Due.PLAN_REVIEW, family.plan_started)


def review_plan(world: World, family: Family) -> None:
    """The review ends the plan, unless the case has gone on to pre-proceedings, where it stands still."""
    if family.status == Status.PRE_PROCEEDINGS or family.moving == Status.PRE_PROCEEDINGS:
        wind(family, PLAN_END, 1)
    else:
        end_plan(world, family)


def end_plan(world: World, family: Family) -> None:
    """The children come off the plan."""
    record(world, Event.PLAN_ENDED, family, 0, family.plan_children)
    family.plan_children = 0
    stop_clock(family, PLAN_END)


def end(world: World, family: Family) -> None:
    """No child is left: the case is closed, and whatever is still promised is given back."""
    if family.status != Status.CLOSED:
        enter_status(world, family, Status.CLOSED, world.now)
    for offer in range(len(family.offers)):
        service.stop(world, family, offer)
    family.before_panel = family.to_ratify = False
    if family.plan_children:
        end_plan(world, family)


def may_be_called(world: World, family: Family) -> bool:
    """Whether somebody else may have something for the family: a place, a decision, another load."""
    if family.waiting or family.before_panel or family.to_ratify:
        return True
    return world.loads_matter and family.safeguarded_at >= 0


def next_wake(world: World, family: Family) -> int:
    """Read again what is likely, and find the next tick at which anything happens; the horizon for none.

    Where only a rate changes (a year, an effect that decays) and the family waits for nobody, nothing can
    come between: it is stepped over here, without waking the family.
    """
    look_ahead(world, family, world.now)
    family.listens = may_be_called(world, family)
    wake = first_spent(family, min(family.changes, family.due, world.horizon))
    known = known_until(world, family)
    while wake == family.changes and wake < known and family.due > wake:
        spend(family, wake)
        if anything_spent(family):
            break
        look_ahead(world, family, wake)
        wake = first_spent(family, min(family.changes, family.due, world.horizon))
    return wake


def known_until(world: World, family: Family) -> int:
    """Till when nobody else can change the family's circumstances: not while it waits for a place or a
    decision, and for a case of the safeguarding teams until the load is weighed again."""
    if not family.listens:
        return world.horizon
    if family.waiting or family.before_panel or family.to_ratify:
        return world.now
    return world.next_weighing


def look_ahead(world: World, family: Family, now: int) -> None:
    """Set every rate from the circumstances at ``now``, and note when one next changes by itself."""
    changes = set_ease(world, family, now)
    if not family.keyed.relationship and not at_stake(family):
        changes = NEVER
    set_rates(world, family, now)
    rules = world.rules
    changes = min(changes, next_step(rules.years, now), next_step(rules.exit_years, now))
    changes = min(changes, next_step(world.services.nerve, now))
    if now < family.worry_until:
        changes = min(changes, family.worry_until)
    elapsed = now - family.since
    changes = min(changes, family.since + next_step(rules.status_steps[family.status], elapsed))
    if family.status == Status.CLOSED:
        changes = min(changes, family.since + next_step(rules.rereferral, elapsed))
    for child in family.children:
        changes = min(changes, next_change_of(world, child, now))
    family.changes = changes


def at_stake(family: Family) -> bool:
    """Whether anything is at risk now that a service could ease: if not, its decay need not be followed."""
    if family.status != Status.CLOSED or family.plan_children:
        return True
    for child in family.children:
        if child.where == IN_CARE or child.where == WITH_KIN:
            return True
        if child.where == HOME and (child.at_edge or child.returned > -NEVER):
            return True
    return False


def next_change_of(world: World, child: Child, now: int) -> int:
    """When the child's own rates next change: since a return home, half a year into a long stay, or a year
    into a placement."""
    rules = world.rules
    if child.where == HOME and child.returned > -NEVER:
        return child.returned + next_step(rules.after_return, now - child.returned)
    if child.where != IN_CARE:
        return NEVER
    changes = child.placed + next_step(rules.moves[child.placement], now - child.placed)
    half_year = child.entered + rules.half_year
    return min(changes, half_year) if now < half_year else changes
