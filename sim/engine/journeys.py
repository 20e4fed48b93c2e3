"""The life of a family with children's services, as a SimPy process.

``family_journey`` is the whole story: arrive, then wake whenever something known or spent comes due, let it
happen, and look again at what the family's circumstances now make likely. Within a wake a crisis beats
everything, care comes before the level of the case, and the level before appointments.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from sim.engine import care, edge
from sim.engine import offers as service
from sim.engine.agenda import Due
from sim.engine.events import Event
from sim.engine.people import AWAY, GONE, HOME, IN_CARE, WITH_KIN
from sim.engine.risk import ease_of, next_step, safeguarded, set_rates
from sim.foundations.ledger import NEVER
from sim.model.terms import REFERRALS, SPELLS, Channel, Offer, Status

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event as Bell

    from sim.engine.people import Child, Family
    from sim.engine.simpy_engine import World


def family_journey(world: World, family: Family) -> Generator[Bell, None, None]:
    """One family from its first referral (or the first day) until its last child leaves or time is up."""
    yield from arrive(world, family)
    while family.granted or family.called or any(child.where != GONE for child in family.children):
        wake = next_wake(world, family)
        if wake >= world.plan.horizon and not world.may_be_called(family):
            return
        yield world.until(family, wake)
        family.spend(world.now)
        live_through(world, family)
    end(world, family)


def arrive(world: World, family: Family) -> Generator[Bell, None, None]:
    """Come by referral, or stand open on the first day."""
    arrives = world.families.arrives[family.row]
    if arrives:
        yield world.env.timeout(arrives)
    family.last = world.now
    settle_in(world, family)
    opening = world.families.opening_status[family.row]
    if opening >= 0:
        open_at_start(world, family, Status(opening))
    elif not world.children.unaccompanied[family.children[0].row]:
        family.referral = world.families.first_referral[family.row]
        refer(world, family)
    if world.services.opens[Offer.FAMILY_SAFEGUARDING] > world.now:
        family.note(world.services.opens[Offer.FAMILY_SAFEGUARDING], Due.OPENS)
    for child in family.children:
        if world.children.unaccompanied[child.row] and child.where == HOME:
            care.arrive_alone(world, family, child)


def settle_in(world: World, family: Family) -> None:
    """Place each child: not yet born, at home, or already looked after; wind the family's own clocks."""
    family.court.wind(world.families.court[family.row][0])
    family.no_warning.wind(world.families.no_warning[family.row][0])
    for index, child in enumerate(family.children):
        if child.born > world.now:
            family.note(child.born, Due.BIRTH, index)
        else:
            appear(world, family, index)
            care.resume(world, family, child)


def appear(world: World, family: Family, index: int) -> None:
    """A child is at home at its present age."""
    child = family.children[index]
    age = world.now - child.born
    child.band = bisect_right(world.rules.band_starts, age) - 1
    child.where = HOME if child.band < len(world.rules.breakdown) else GONE
    child.clock.wind(world.children.crisis[child.row][0])
    if child.where == HOME:
        family.note(child.born + world.rules.band_starts[child.band + 1], Due.BIRTHDAY, index)


def open_at_start(world: World, family: Family, status: Status) -> None:
    """Take up the case where the first day finds it."""
    enter_status(world, family, status, since=-world.families.opening_elapsed[family.row])
    if status in (Status.CHILD_PROTECTION, Status.PRE_PROCEEDINGS):
        start_plan(world, family, before=1)
        family.plan_started = family.since
    if family.since == world.now:
        # It came to this level today, so today's offers are made as at any other time.
        service.review(world, family, status)
    else:
        # Its early conference, if it had one, lies in the past.
        family.offers[Offer.CONFERENCE_EARLY] = 0
        if status == Status.EARLY_HELP:
            service.offer(world, family, Offer.EARLY_HELP)
    service.offer_safeguarding(world, family)


def refer(world: World, family: Family) -> None:
    """A referral is assessed by initial response."""
    occurrence = family.referral
    world.record(Event.REFERRED, family, amount=occurrence)
    change_status(world, family, Status.ASSESSMENT)
    length = world.families.assessment[family.row][occurrence]
    family.note(world.now + length, Due.ASSESSED, occurrence)


def live_through(world: World, family: Family) -> None:
    """Let everything happen that has come due, in the declared order."""
    for child in family.children:
        if child.clock.left <= 0:
            care.child_clock_spent(world, family, child)
        if child.settled.left <= 0 and child.where == IN_CARE:
            care.placement_breaks_down(world, family, child)
    if family.court.left <= 0:
        care.court_entry(world, family)
        if family.status == Status.PRE_PROCEEDINGS:
            change_status(world, family, Status.PROCEEDINGS)
    if family.no_warning.left <= 0:
        care.entry_without_warning(world, family)
    if family.plan_ends.left <= 0:
        plan_is_done(world, family)
    if family.step_up.left <= 0:
        step_up(world, family)
    elif family.step_down.left <= 0:
        work_is_done(world, family)
    elif family.rereferral.left <= 0:
        family.rereferral.stop()
        refer(world, family)
    for what, argument in family.due(world.now):
        keep_appointment(world, family, what, argument)
    if family.called:
        edge.called(world, family)
    for offer in family.granted:
        service.granted(world, family, offer)
    family.granted.clear()


def keep_appointment(world: World, family: Family, what: int, argument: int) -> None:
    """A known time has come; what no longer applies is passed over."""
    if what == Due.BIRTH:
        appear(world, family, argument)
        world.record(Event.BORN, family, family.children[argument])
    elif what == Due.BIRTHDAY:
        care.birthday(world, family, argument)
    elif what == Due.WINDOW:
        care.window_closes(world, family, family.children[argument])
    elif what == Due.ASSESSED and family.status == Status.ASSESSMENT and family.referral == argument:
        assessed(world, family)
    elif what == Due.GATE and family.moving == argument and family.gate_at == world.now:
        change_status(world, family, Status(argument))
    elif what == Due.REVIEW and family.spell == argument and family.moving < 0:
        step_down(world, family)
    elif what == Due.PLAN_REVIEW and family.plan_children and family.plan_started == argument:
        review_plan(world, family)
    elif what in APPOINTMENTS:
        APPOINTMENTS[Due(what)](world, family, argument)
    elif what == Due.URGENT:
        edge.urgent(world, family, argument)
    elif what == Due.LONG_PLACEMENT:
        edge.offer_stability(world, family, family.children[argument])
    elif what == Due.OPENS:
        service.offer_safeguarding(world, family)


APPOINTMENTS = {
    Due.RUNS_OUT: service.run_out,
    Due.WORKER_LEAVES: service.worker_leaves,
    Due.HANDOVER: service.hand_over,
    Due.PATIENCE: service.lose_patience,
    Due.LAPSES: service.lapse,
}
"""What services have on the agenda, each for an offer."""


def assessed(world: World, family: Family) -> None:
    """The assessment ends: no further action, early help, child in need, or straight to a conference."""
    move_to(world, family, Status(world.families.outcome[family.row][family.referral]))


def step_up(world: World, family: Family) -> None:
    """Risk has outrun the resilience that held the case at its level."""
    upwards = {
        Status.EARLY_HELP: Status.CHILD_IN_NEED,
        Status.CHILD_IN_NEED: Status.CHILD_PROTECTION,
        Status.CHILD_PROTECTION: Status.PRE_PROCEEDINGS,
        Status.PRE_PROCEEDINGS: Status.PROCEEDINGS,
    }
    move_to(world, family, upwards[family.status])


def work_is_done(world: World, family: Family) -> None:
    """The work of the level is done. A case on the level of a plan steps down at a review conference."""
    if family.status == Status.CHILD_PROTECTION:
        family.step_down.stop()
        family.note(next_review(world, family.since), Due.REVIEW, family.spell)
    else:
        step_down(world, family)


def next_review(world: World, since: int) -> int:
    """The first review conference from now on of what began at a tick."""
    first, every = world.rules.reviews
    passed = world.now - since
    if passed <= first:
        return since + first
    return since + first + -(-(passed - first) // every) * every


def step_down(world: World, family: Family) -> None:
    """Down a level, or closed."""
    downwards = {
        Status.EARLY_HELP: Status.CLOSED,
        Status.CHILD_IN_NEED: Status.CLOSED,
        Status.CHILD_PROTECTION: Status.CHILD_IN_NEED,
        Status.PRE_PROCEEDINGS: Status.CHILD_PROTECTION,
        Status.PROCEEDINGS: Status.CHILD_IN_NEED,
    }
    status = downwards[family.status]
    stays = world.families.to_early_help[family.row][family.spell]
    if family.status == Status.CHILD_IN_NEED and stays:
        status = Status.EARLY_HELP
    if family.status == Status.PROCEEDINGS:
        care.final_order(world, family)
    move_to(world, family, status)


def move_to(world: World, family: Family, status: Status) -> None:
    """Decide that the case moves to another level: at once, or after an enquiry, a legal gateway meeting or
    the transfer between teams, while it is held where it is."""
    rises = family.status < status < Status.CLOSED
    wait = world.rules.gates[status] if rises else world.rules.transfer * (status != Status.CLOSED)
    if not wait:
        change_status(world, family, status)
        return
    world.record(Event.GATE, family, what=status, amount=wait)
    family.moving, family.gate_at = int(status), world.now + wait
    family.step_up.stop()
    family.step_down.stop()
    family.note(family.gate_at, Due.GATE, status)


def change_status(world: World, family: Family, status: Status) -> None:
    """Hold the case at another level, with what practice does on the way in."""
    before = family.status
    enter_status(world, family, status, since=world.now)
    if status == Status.CHILD_PROTECTION and not family.plan_children:
        start_plan(world, family, before=family.had_plan)
        if world.services.compounding and not family.plan_children:
            change_status(world, family, Status.CHILD_IN_NEED)
            return
    if status in (Status.PROCEEDINGS, Status.CLOSED) and family.plan_children:
        end_plan(world, family)
    service.review(world, family, before)
    if status == Status.CLOSED:
        close(world, family)


def enter_status(world: World, family: Family, status: Status, since: int) -> None:
    """Begin a spell at a level: the next resiliences against leaving it, upwards and downwards."""
    family.spell += 1
    family.status, family.since = status, since
    family.moving = -1
    if safeguarded(family):
        world.safeguarded[family.row] = family
    else:
        world.safeguarded.pop(family.row, None)
    if family.spell >= SPELLS:
        world.record(Event.EXHAUSTED, family, what=0)
        family.step_up.stop()
        family.step_down.stop()
        family.spell = SPELLS - 1
    else:
        family.step_up.wind(world.families.step_up[family.row][family.spell])
        family.step_down.wind(world.families.step_down[family.row][family.spell])
    world.record(Event.STATUS, family, what=status, amount=family.spell)


def close(world: World, family: Family) -> None:
    """The case is closed; the family may be referred again."""
    family.referral += 1
    if family.referral >= REFERRALS:
        world.record(Event.EXHAUSTED, family, what=1)
        return
    family.rereferral.wind(world.families.rereferral[family.row][family.referral - 1])


def start_plan(world: World, family: Family, before: int) -> None:
    """The conference makes a child protection plan, unless the work that is under way averts it.

    A child expected within half a year is on the plan too.
    """
    soon = world.now + world.rules.half_year
    children = sum(1 for c in family.children if c.where == HOME or (c.where == AWAY and c.born <= soon))
    if not children:
        return
    chance = world.families.plan_start[family.row][family.spell]
    ease, _ = ease_now(world, family, world.now)
    if chance >= ease[Channel.PLAN_START]:
        world.record(Event.PLAN_AVERTED, family, amount=children)
        return
    family.plan_children = children
    family.plan_started = world.now
    family.plan_ends.wind(world.families.step_down[family.row][family.spell])
    world.record(Event.PLAN_STARTED, family, what=before, amount=children)
    family.had_plan = 1


def plan_is_done(world: World, family: Family) -> None:
    """The plan has done its work; a review conference ends it."""
    family.plan_ends.stop()
    family.note(next_review(world, family.plan_started), Due.PLAN_REVIEW, family.plan_started)


def review_plan(world: World, family: Family) -> None:
    """The review ends the plan, unless the case has gone on to pre-proceedings, where it stands still."""
    if family.status == Status.PRE_PROCEEDINGS or family.moving == Status.PRE_PROCEEDINGS:
        family.plan_ends.wind(1)
    else:
        end_plan(world, family)


def end_plan(world: World, family: Family) -> None:
    """The children come off the plan."""
    world.record(Event.PLAN_ENDED, family, amount=family.plan_children)
    family.plan_children = 0
    family.plan_ends.stop()


def end(world: World, family: Family) -> None:
    """No child is left: the case is closed, and whatever is still promised is given back."""
    if family.status != Status.CLOSED:
        enter_status(world, family, Status.CLOSED, since=world.now)
    for offer in sorted({*family.requests, *family.held, *family.paused}):
        service.stop(world, family, offer)
    family.before_panel = family.to_ratify = False
    if family.plan_children:
        end_plan(world, family)


def next_wake(world: World, family: Family) -> int:
    """Read again what is likely, and find the next tick at which anything happens.

    Where only a rate changes (a year, an effect that decays) and the family waits for nobody, nothing can
    come between: it is stepped over here, without waking the family.
    """
    look_ahead(world, family, world.now)
    wake = family.next_wake()
    while wake == family.changes and wake < known_until(world, family):
        if family.agenda and family.agenda[0][0] <= wake:
            break
        family.spend(wake)
        if family.anything_spent():
            break
        look_ahead(world, family, wake)
        wake = family.next_wake()
    return wake


def known_until(world: World, family: Family) -> int:
    """Till when nobody else can change the family's circumstances: not while it waits for a place or a
    decision, and for a case of the safeguarding teams until the load is weighed again."""
    if not world.may_be_called(family):
        return world.plan.horizon
    if family.requests or family.before_panel or family.to_ratify:
        return world.now
    return world.next_weighing


def ease_now(world: World, family: Family, now: int) -> tuple[tuple[int, ...], int]:
    """What services make of every rate, and when that next changes by itself."""
    needs = world.families.needs[family.row]
    return ease_of(family, needs, world.services, world.plan.months, world.stronger, now)


def look_ahead(world: World, family: Family, now: int) -> None:
    """Set every rate from the circumstances at ``now``, and note when one next changes by itself."""
    relationship = world.families.relationship[family.row]
    family.ease, changes = ease_now(world, family, now)
    if not relationship and not eased(family):
        changes = NEVER
    set_rates(family, world.rules, world.services, relationship, world.overload, now)
    changes = min(changes, next_step(world.rules.years, now), next_step(world.services.nerve, now))
    if now < family.worry_until:
        changes = min(changes, family.worry_until)
    elapsed = next_step(world.rules.status_steps[family.status], now - family.since)
    changes = min(changes, family.since + elapsed)
    if family.status == Status.CLOSED:
        changes = min(changes, family.since + next_step(world.rules.rereferral, now - family.since))
    for child in family.children:
        changes = min(changes, next_change_of(world, child, now))
    family.changes = changes if changes < world.plan.horizon else NEVER


def eased(family: Family) -> bool:
    """Whether anything is at risk now that a service could ease: if not, its decay need not be followed."""
    if family.status != Status.CLOSED or family.plan_children:
        return True
    return any(
        child.where in (IN_CARE, WITH_KIN)
        or (child.where == HOME and (child.at_edge or child.returned > -NEVER))
        for child in family.children
    )


def next_change_of(world: World, child: Child, now: int) -> int:
    """When the child's own rates next change: since a return home, half a year into a long stay, or a year
    into a placement."""
    if child.where == HOME and child.returned > -NEVER:
        return child.returned + next_step(world.rules.after_return, now - child.returned)
    if child.where != IN_CARE:
        return NEVER
    changes = child.placed + next_step(world.rules.moves[child.placement], now - child.placed)
    half_year = child.entered + world.rules.half_year
    return min(changes, half_year) if now < half_year else changes
