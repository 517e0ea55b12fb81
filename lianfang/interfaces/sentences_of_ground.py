"""What is said on the ground (现场业务提示语): sites, stays, rooms, stock, meals, classes; by code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

OF_GROUND: Mapping[str, tuple[Any, ...]] = {
    "asset.not_cleaned": (
        _("%(asset)s has not been cleaned since its last trip. Please close that trip with the cleaning time."),
        _("This has not been cleaned since its last trip. Please close that trip first."),
    ),
    "asset.wrong_use": (
        _("%(asset)s does not carry this: it is dedicated to something else."),
        _("This is dedicated to something else."),
    ),
    "building.letters": (_("%(field)s takes letters and digits only, such as A or 3, without blanks."),),
    "lot.expired": (
        _("This lot was good until %(expired)s only. What has expired is not taken in."),
        _("This lot has expired, and is not taken in."),
    ),
    "class.answered_no": (
        _("Before opening, this was answered with no: %(items)s."),
        _("%(n)s items before opening were answered with no."),
        _("Before opening, something was answered with no."),
    ),
    "class.beds_short": (
        _("%(n)s beds are missing. Please find rooms, or decide how these learners lodge."),
        _("Beds are missing. Please find rooms, or decide how these learners lodge."),
    ),
    "class.nobody": (_("Nobody is entered in this class yet."),),
    "class.not_enrolled": (_("This person does not attend the class."),),
    "class.not_looked_at": (
        _("Before opening, nobody has looked at: %(items)s."),
        _("%(n)s items before opening have no answer yet."),
        _("Some items before opening have no answer yet."),
    ),
    "class.not_yet": (
        _("The class can do this from %(day)s on."),
        _("The class can do this later."),
    ),
    "class.order_owed": (_("The disinfection before the class is not done."),),
    "class.order_unsigned": (_("The disinfection before the class is done, and not signed off."),),
    "class.over": (
        _("The class ended on %(day)s."),
        _("The class has ended."),
    ),
    "class.seats_short": (
        _("%(n)s learners have no seat. Please seat the class."),
        _("Some learners have no seat. Please seat the class."),
    ),
    "class.too_large": (
        _(
            "Under the distance rule %(place)s has %(seats)s seats, and the class has %(learners)s. What "
            "would do: %(one)s alone, or %(rooms)s rooms together: %(together)s."
        ),
        _(
            "Under the distance rule %(place)s has %(seats)s seats, and the class has %(learners)s. What "
            "would do: %(one)s alone."
        ),
        _(
            "Under the distance rule %(place)s has %(seats)s seats, and the class has %(learners)s. What "
            "would do: a room of at least %(desks)s desks, or %(rooms)s rooms together: %(together)s."
        ),
        _(
            "Under the distance rule %(place)s has %(seats)s seats, and the class has %(learners)s. A room "
            "of at least %(desks)s desks would do; there is none, and all rooms together are not enough."
        ),
        _("Under the distance rule the class does not fit into this room."),
    ),
    "count.differs": (
        _("The books say %(book)s, the count %(counted)s. Please say why."),
        _("The count differs from the books. Please say why."),
    ),
    "dining.group_too_large": (
        _("A group is larger than the %(seats)s seats, and groups are not split."),
        _("A group is larger than the seats there, and groups are not split."),
    ),
    "dining.no_seats": (_("This dining room has no seats."),),
    "dining.not_planned": (_("No sitting is planned for this meal."),),
    "dining.taken": (
        _("At %(at)s other classes leave %(free)s seats there; this sitting needs %(people)s."),
        _("Other classes leave too few seats there for this sitting."),
    ),
    "dining.too_late": (_("The sittings would run past midnight. Please begin earlier."),),
    "disinfection.recorded": (
        _("This zone is recorded for %(day)s already. A correction needs a reason."),
        _("This zone is recorded for that day already. A correction needs a reason."),
    ),
    "disinfection.too_short": (
        _("The disinfectant stays for at least %(least)s minutes."),
        _("The disinfectant has to stay longer."),
    ),
    "disinfection.too_weak": (
        _("Available chlorine must be at least %(least)s mg/L."),
        _("Available chlorine must be higher."),
    ),
    "entry.not_correctable": (_("A count or a correction cannot be corrected. Please count the lot again."),),
    "entry.unchanged": (
        _("The entry says %(stands)s already."),
        _("The entry says so already."),
    ),
    "grams.unknown": (_("The grams of one are not on record yet. Please enter them as printed on the pack."),),
    "isolation.not_negative": (_("Isolation ends when the test is negative, or with the reason of another finding."),),
    "isolation.not_referred": (_("There is no referral yet."),),
    "item.exists": (_("There is an item with this code already."),),
    "meal.not_sent": (_("Please record first that the food has left the kitchen."),),
    "meal.served_already": (_("This meal is on record as served."),),
    "meal.too_early": (
        _("The list is fixed at %(cut_off)s. Please come back then."),
        _("The list is not fixed yet."),
    ),
    "measure.mixed": (
        _("%(measure)s and %(other)s cannot be added up."),
        _("Different units of measure cannot be added up."),
    ),
    "order.incomplete": (_("Walls and touched surfaces and floors are all part of the order."),),
    "order.not_done": (_("The work is not recorded yet. Whoever does it records it first."),),
    "order.nothing_short": (
        _("Nothing is short by the forecasts and norms. Please enter a quantity if you want to order all the same."),
    ),
    "order.own_work": (_("Whoever did the work does not sign it off. A colleague does."),),
    "place.not_for_isolation": (_("%(field)s must be an isolation room of this institution."),),
    "place.taken": (
        _("%(place)s is taken at that time."),
        _("This place is taken at that time."),
    ),
    "place.wrong_kind": (
        _("%(places)s cannot be used for this."),
        _("This place cannot be used for this."),
    ),
    "reading.not_owed": (_("No reading is owed for this time of day."),),
    "reading.other_day": (
        _("The moment of measuring is on another day than %(day)s."),
        _("The moment of measuring is on another day."),
    ),
    "reading.other_person": (_("Somebody else is there now. Please look at the name again."),),
    "reading.other_room": (
        _("This person is not in room %(room)s at that time. Please look at the name again."),
        _("This person is in another room at that time. Please look at the name again."),
    ),
    "reading.taken_already": (_("There is a reading for this time of day already."),),
    "reading.unlikely": (
        _("%(field)s is outside the usual %(low)s to %(high)s. Please measure again or confirm it."),
        _("%(field)s is outside the usual range. Please measure again or confirm it."),
    ),
    "release.case": (_("A case of this person is open. Close it, or find it to be no case, before the release."),),
    "release.days": (
        _("Release is possible from %(until)s on."),
        _("Release is not possible yet."),
    ),
    "release.reading": (
        _("The reading of %(day)s (%(slot)s) is missing."),
        _("A reading is missing."),
    ),
    "release.symptoms": (
        _("The reading of %(day)s (%(slot)s) was not normal."),
        _("A reading was not normal."),
    ),
    "release.test": (
        _("%(test)s is missing or not negative."),
        _("A test is missing or not negative."),
    ),
    "request.no_room": (_("This person has no room here."),),
    "room.closed": (
        _("Room %(room)s is not in use on that day."),
        _("This room is not in use on that day."),
    ),
    "room.not_equipped": (
        _("%(open)s rooms still lack something: %(named)s."),
        _("Some rooms still lack something."),
    ),
    "room.not_ready": (
        _("Room %(room)s is still to be cleaned or repaired."),
        _("This room is still to be cleaned or repaired."),
    ),
    "room.occupied": (
        _("Somebody is in %(named)s, or will be. A room is taken out of use when it is empty."),
        _("Somebody is in this room, or will be. A room is taken out of use when it is empty."),
    ),
    "room.of_another": (_("%(field)s must be a room of this site."),),
    "room.same": (
        _("This person is in room %(room)s already."),
        _("This person is in this room already."),
    ),
    "site.controls_open": (
        _("%(open)s of the twenty items still lack an owner or evidence: %(named)s."),
        _("Some of the twenty items still lack an owner or evidence."),
    ),
    "site.disinfection_days": (
        _("Terminal disinfection takes its days: the site can be released on %(low)s at the earliest."),
        _("Terminal disinfection takes its days: the site can be released after them."),
    ),
    "site.closing": (
        _("The site closes on %(closing)s, and this stay lasts until %(until)s."),
        _("The site closes before this stay ends."),
    ),
    "site.draining": (
        _("This site takes people in until %(until)s."),
        _("This site takes nobody in any more."),
    ),
    "site.not_disinfected": (
        _("%(open)s places are not ticked yet: %(named)s."),
        _("Some places are not ticked yet."),
    ),
    "site.not_disinfecting": (
        _("Places are ticked during terminal disinfection; the site is now: %(state)s."),
        _("Places are ticked during terminal disinfection."),
    ),
    "site.not_empty": (
        _("%(open)s people still have a bed at the site. It closes when the last has left."),
        _("Somebody still has a bed at the site. It closes when the last has left."),
    ),
    "site.not_open": (
        _("The site takes nobody in and changes no room now: %(state)s."),
        _("The site takes nobody in now."),
    ),
    "site.stays_longer": (
        _("Somebody stays until %(low)s. The closing day must not be earlier."),
        _("Somebody stays longer. The closing day must not be earlier."),
    ),
    "stay.alone": (_("Who is a child, pregnant, ill or in need of care is not left alone. Please give the reason."),),
    "stay.companion_unknown": (_("Nobody else of this name or number comes with the same arrival."),),
    "stay.expected_already": (_("This person is on a list of arrivals of this site already."),),
    "stay.extended_too_far": (
        _("By the rules in force (%(edition)s) one decision extends a stay by %(most)s days, until %(latest)s."),
        _("The rules in force do not let one decision extend a stay that far."),
    ),
    "stay.not_here": (_("This person was not in a room here at that time."),),
    "stay.open_already": (_("This person is under observation already."),),
    "stay.own_companion": (_("Nobody is their own companion."),),
    "stay.reason": (_("Sharing a room is an exception. Please give the reason."),),
    "stay.sharing": (_("Only a companion shares a room, with somebody who may not be alone."),),
    "stay.strangers": (
        _("Somebody else is in room %(room)s. Only people of one party may share."),
        _("Somebody else is in this room. Only people of one party may share."),
    ),
    "stock.short": (
        _("There is not so much in stock: %(on_hand)s %(measure)s."),
        _("There is not so much in stock."),
    ),
    "sweep.done": (
        _("Ticked already: %(named)s."),
        _("These are ticked already."),
    ),
    "test.not_owed": (
        _(
            "No test is asked for on %(day)s. With a result, give the day on which the sample was taken;"
            " otherwise the doctor orders the test first, on the page of the stay."
        ),
        _(
            "No test is asked for on that day. With a result, give the day on which the sample was taken;"
            " otherwise the doctor orders the test first, on the page of the stay."
        ),
    ),
    "test.resulted": (
        _("The test of %(day)s has a result already."),
        _("This test has a result already."),
    ),
    "transfer.same_store": (_("Please choose another store."),),
    "transfer.short": (
        _("%(sent)s were sent and %(received)s have come. Please say why."),
        _("Less has come than was sent. Please say why."),
    ),
    "trip.closed": (_("This trip is closed already."),),
    "trip.not_cleaned": (
        _("A trip is closed with the time at which %(asset)s was cleaned."),
        _("A trip is closed with the time of cleaning."),
    ),
}
