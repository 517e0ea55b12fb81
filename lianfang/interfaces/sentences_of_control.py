"""What is said of control (防控业务提示语): people, cases, pairs, incidents, statuses, rules; by code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

OF_CONTROL: Mapping[str, tuple[Any, ...]] = {
    "area.code": (_("%(field)s must be an area code of 6, 9 or 12 digits."),),
    "case.closed": (_("This case is closed."),),
    "case.contacts_undecided": (
        _("%(count)s proposed contacts are still to be decided."),
        _("Proposed contacts are still to be decided."),
    ),
    "case.no_report_owed": (_("No report of this case is owed."),),
    "case.no_window": (
        _("Neither onset nor first specimen is known, so nobody can be said to be exposed. Please enter one of them."),
    ),
    "case.not_discarded": (_("Follow-up of all contacts stops only when the case is discarded."),),
    "case.open_already": (_("This person has an open case of this illness already."),),
    "case.reason_required": (_("This is not what the rules propose. Please give the reason."),),
    "case.unknown": (_("There is no case of this number among those you see."),),
    "cluster.report_owed": (_("The report of this alert is still owed. Please report it first."),),
    "code.at_home": (
        _("The person stays at home until %(until)s. It can be closed after that day."),
        _("The person still stays at home. It can be closed after that."),
    ),
    "code.case": (_("A test was positive. Open a case of this person before this is closed."),),
    "code.open": (_("A code event of this person is open already."),),
    "code.taken": (
        _("There is already: %(named)s. Please choose another code."),
        _("This code is taken. Please choose another."),
    ),
    "code.taken:rooms": (
        _("These rooms are there already: %(named)s. Please choose another floor or first number."),
        _("These rooms are there already. Please choose another floor or first number."),
    ),
    "code.tests": (_("Two negative tests are needed before this is closed."),),
    "contact.named_already": (_("This person is on the list of contacts already."),),
    "contact.never_seen": (_("Nobody has seen this contact yet. Please record a visit or a reading first."),),
    "contact.no_further": (_("The rules in force ask for no contacts of contacts."),),
    "contact.not_followed": (_("This contact is not followed up."),),
    "contact.not_over": (
        _("Follow-up lasts until %(until)s."),
        _("Follow-up is not over yet."),
    ),
    "contact.not_well": (_("The last evaluations were not well, so the contact cannot be released."),),
    "contact.window_over": (
        _("The follow-up would have ended on %(until)s already."),
        _("The follow-up would have ended already."),
    ),
    "control.breach_open": (_("A breach of this item is still open. Please say first what was done about it."),),
    "control.fixed_already": (_("This breach has been put right already."),),
    "date.not_after": (
        _("%(field)s must not be after %(later)s."),
        _("These moments are not in order."),
    ),
    "date.order": (
        _("%(field)s must be after %(earlier)s."),
        _("These moments are not in order."),
    ),
    "date.order:same_day": (_("%(field)s must be %(earlier)s or later."), _("These days are not in order.")),
    "date.past": (_("%(field)s must be a moment that is still to come."),),
    "leave.frozen": (
        _("Leave is stopped by the order %(order)s. Please say why this leave is needed all the same."),
        _("Leave is stopped by an order. Please say why this leave is needed all the same."),
    ),
    "delegation.none": (
        _("Only the chair, or whoever the chair has delegated to for this time, decides for the group."),
    ),
    "delegation.over": (
        _("The delegation ended at %(until)s. The decision is with the chair again."),
        _("The delegation has ended. The decision is with the chair again."),
    ),
    "delegation.overlaps": (_("The authority is with somebody else in part of this time."),),
    "feedback.given": (_("This party has said its word already."),),
    "file.not_a_picture": (_("The file must be a picture: JPEG, PNG or WebP."),),
    "group.chair": (
        _("A leading group has one chair; %(found)s are named."),
        _("A leading group has one chair."),
    ),
    "group.not_active": (_("The leading group is not active at that time."),),
    "household.left_already": (_("This person has moved out already."),),
    "household.lived_in": (_("Somebody is entered at this address. Please record who has moved out first."),),
    "incident.cause": (_("A limit was exceeded. Please give the cause before closing."),),
    "incident.not_called": (_("You were not called to this incident."),),
    "incident.open_steps": (
        _("Still open: %(steps)s."),
        _("Some steps are still open."),
    ),
    "incident.same_person": (_("Whoever fixed it does not verify it. Please let somebody else do this step."),),
    "incident.stopped": (
        _("This clock was stopped already, at %(at)s."),
        _("This clock was stopped already."),
    ),
    "link.circle": (_("Then one case would have infected itself."),),
    "link.twice": (_("These two cases are linked already."),),
    "objection.open": (_("An objection to this status is waiting for its answer already."),),
    "objection.own_decision": (_("Who decided the status does not answer the objection. A colleague does."),),
    "organisation.ended": (_("This organisation has been stood down."),),
    "organisation.exists": (_("The unit has an organisation already."),),
    "pairs.ended": (_("This pair has ended."),),
    "pairs.no_backup": (
        _("At least %(low)s adults are needed, so that somebody stands in."),
        _("More adults are needed, so that somebody stands in."),
    ),
    "pairs.no_role": (_("%(field)s: this account holds no duty over the unit by which it sees its people."),),
    "pairs.not_today": (
        _("This pair holds from %(low)s to %(high)s."),
        _("This pair does not hold on that day."),
    ),
    "pairs.not_yours": (_("Only the responsible adult, the backup or the lead records this contact."),),
    "pairs.paired_already": (_("%(field)s: this person has a responsible adult already."),),
    "pairs.too_few_adults": (
        _(
            "%(short)s people would be left without an adult. At least %(adults)s more adults are needed,"
            " or a higher limit each."
        ),
        _("Some people would be left without an adult. More adults are needed, or a higher limit each."),
    ),
    "patrol.checked": (_("This point was looked at on this round already."),),
    "person.elsewhere": (_("This person does not belong to this unit."),),
    "person.isolated_already": (_("This person is isolated already."),),
    "person.not_found": (_("Nobody of this name or number is on your rosters or staying at your sites today."),),
    "person.placed_already": (_("This person has a place at that time already."),),
    "person.several": (
        _("%(count)s people have this name. Please give the roster number."),
        _("Several people have this name. Please give the roster number."),
    ),
    "person.verified_already": (
        _("%(squad)s verified this person %(hours)s h ago."),
        _("%(squad)s verified this person %(minutes)s min ago."),
        _("This person was verified a short while ago."),
    ),
    "referral.accepted": (_("That the person was taken in is on record already."),),
    "recall.lifted": (_("This recall has ended."),),
    "recall.named_already": (_("This person is named in the order already."),),
    "requirement.closed": (_("This requirement is closed already."),),
    "requirements.empty": (_("This list comes without items: each unit adds its own."),),
    "requirements.imported": (_("This set has been taken over already."),),
    "recall.no_exemption": (_("Nobody is exempt in an area of this level."),),
    "recall.not_exempt": (_("This person is not exempt."),),
    "recall.settled": (_("This person is back or exempt already."),),
    "rule.looser": (
        _("%(unit)s asks for %(above)s here. A lower unit may ask for more, not for less."),
        _("A higher unit asks for more here. A lower unit may ask for more, not for less."),
    ),
    "rule.not_in_force": (_("The rules in force do not have this option."),),
    "rules.overlap": (
        _("Edition %(edition)s is in force from %(since)s. Please choose days outside it."),
        _("Another edition is in force then. Please choose days outside it."),
    ),
    "runbook.circular": (
        _("These steps wait for each other: %(steps)s."),
        _("Some of these steps wait for each other."),
    ),
    "runbook.unknown_step": (
        _("Step %(step)s names step %(number)s, which is not there."),
        _("One step names a step that is not there."),
    ),
    "same_person": (_("Somebody else has to verify this: it takes two people."),),
    "slot.taken": (_("Somebody holds this slot. Please vacate it first."),),
    "slot.vacant": (_("Nobody holds this slot."),),
    "squad.area_taken": (
        _("%(area)s is covered by %(squad)s already."),
        _("This area is covered by another squad already."),
    ),
    "status.at_its_source": (
        _("This status follows a record of its own. Please change that record; the status follows."),
    ),
    "status.at_its_source:case": (
        _("A case changes with what the doctor finds. Please classify or close it; its status follows."),
    ),
    "status.at_its_source:case_isolation": (
        _("A case stays apart until it is closed. Please close it; its status follows."),
    ),
    "status.at_its_source:contact": (
        _(
            "Only the last exposure of a contact is corrected here. "
            "Please release the contact on the page of the case; the status follows."
        ),
    ),
    "status.at_its_source:exempt": (
        _(
            "Only where the person is can be corrected here. "
            "Please lift the exemption on the page of the recall; the status follows."
        ),
    ),
    "status.at_its_source:home": (
        _(
            "Only the cause and the colour are corrected here. "
            "Please close or dismiss the incident of this code; the status follows."
        ),
    ),
    "status.at_its_source:isolation": (
        _("Only the reason is corrected here. Please record the test and end the isolation; the status follows."),
    ),
    "status.at_its_source:observation": (
        _(
            "Only the last exposure is corrected here. "
            "Please extend or release on the page of the stay; the status follows."
        ),
    ),
    "status.at_its_source:recall": (
        _(
            "Only where the person is can be corrected here. "
            "Please record the return, exempt, or lift the recall; the status follows."
        ),
    ),
    "status.by_hand_limit": (
        _("At most %(most)s statuses a day are changed by hand here. More people need a rule."),
        _("No more statuses are changed by hand here today. More people need a rule."),
    ),
    "status.change_waits": (_("A change of this status is waiting for a decision already."),),
    "status.over": (_("This status has ended."),),
    "status.rule_required": (_("A status for several people needs a rule and its edition."),),
    "status.second_person": (_("Somebody else than who proposed it must decide."),),
    "task.waits": (
        _("Please finish first: %(waits)s."),
        _("Other tasks come first. Please finish them."),
    ),
    "team.closed": (_("This team is closed."),),
    "team.left_already": (_("This person has left the team already."),),
    "team.member_already": (_("This person is in the team already."),),
    "team.organisation": (_("%(field)s must be one of the team’s organisations."),),
}
