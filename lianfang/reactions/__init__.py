"""When this happens, do that (联动): the only place where capabilities meet. The table below is the plan.

The worker runs each function once for each event, after the event's transaction has committed. What people are told
names the thing, never a reading, a symptom or a figure: those are seen where the reader's role allows it.
"""

from __future__ import annotations

from collections.abc import Mapping

from lianfang.capabilities.assessments.owed import tell_of_late_review
from lianfang.capabilities.cases.reporting import owe_report, tell_of_late_report
from lianfang.capabilities.cases.transfers import tell_of_late_transfer
from lianfang.capabilities.incidents.telling import (
    tell_of_alert,
    tell_of_late_step,
    tell_office_of_code,
    tell_superior,
)
from lianfang.capabilities.pairs.overdue import call_doctor_for_help, pass_contact_on
from lianfang.capabilities.recall.following import call_for_overdue_return
from lianfang.capabilities.stays.isolation_owed import tell_of_late_isolation
from lianfang.capabilities.supplies.shortages import look_again
from lianfang.kernel.audit.dispatch import Reaction
from lianfang.reactions.cases import convert_infected_guest, open_case_of_code
from lianfang.reactions.health import (
    call_doctor_about_contact,
    call_doctor_about_guest,
    call_doctor_and_class_head,
    call_doctor_to_the_door,
    follow_health_code,
    look_at_readings,
    look_for_similar_illness,
)
from lianfang.reactions.isolations import open_case_of_isolated, open_case_of_tested_at_home, watch_at_home
from lianfang.reactions.lists import (
    ask_about_exemptions_from_recall,
    carry_long_run_out,
    follow_corrected_fact,
    follow_ended_status,
    reopen_differences_about_answers,
    reopen_differences_between_totals,
    tell_both_sides_of_differences,
    weigh_stay,
    weigh_stays_by_new_list,
    weigh_stays_recorded,
)
from lianfang.reactions.movements import record_stay_of_movement
from lianfang.reactions.places import close_teams_with_site, have_room_cleaned, note_first_batch
from lianfang.reactions.readings import call_doctor_about_missing_second
from lianfang.reactions.reports import (
    alert_leader_on_duty,
    alert_superior,
    hand_screening_over,
    mark_copies_handed_over,
    owe_screening_today,
    tell_holders_of_old_figure,
    tell_superior_of_new_revision,
)
from lianfang.reactions.surveillance import join_open_alert
from lianfang.reactions.transfers import note_arrival, owe_transfer_of_contacts

REACTIONS: Mapping[str, tuple[Reaction, ...]] = {
    # Somebody is not well.
    "answer.recorded": (
        call_doctor_and_class_head,
        follow_health_code,
        reopen_differences_about_answers,
        look_for_similar_illness,
    ),
    "class.checked": (call_doctor_and_class_head, follow_health_code, look_for_similar_illness),
    "contact.recorded": (call_doctor_and_class_head, follow_health_code, look_for_similar_illness),
    "contact.visited": (call_doctor_about_contact,),
    "contact.measured": (call_doctor_about_contact,),
    "case.classified": (owe_report, convert_infected_guest),
    # A report is late, comes again or is corrected; a task is late.
    "due.overdue": (alert_leader_on_duty, alert_superior),
    "report.signed": (
        tell_superior_of_new_revision,
        tell_holders_of_old_figure,
        mark_copies_handed_over,
        reopen_differences_between_totals,
    ),
    # Two lists are compared; who screens changes; areas and what they say of people change.
    "lists.compared": (carry_long_run_out, tell_both_sides_of_differences),
    "screener.named": (owe_screening_today,),
    "leave.approved": (hand_screening_over,),
    "areas.published": (weigh_stays_by_new_list, ask_about_exemptions_from_recall),
    "sojourn.recorded": (weigh_stay,),
    "sojourn.refuted": (weigh_stay,),
    "sojourns.recorded": (weigh_stays_recorded,),
    "movement.declared": (record_stay_of_movement,),
    "status.fact_corrected": (follow_corrected_fact,),
    "status.objection_answered": (follow_ended_status,),
    "task.overdue": (
        pass_contact_on,
        call_for_overdue_return,
        tell_of_late_step,
        tell_of_late_report,
        tell_of_late_review,
        call_doctor_about_missing_second,
        tell_of_late_isolation,
        tell_of_late_transfer,
    ),
    "pair.contacted": (call_doctor_for_help,),
    # Stock has changed, or what is on order.
    "stock.received": (look_again,),
    "stock.accepted": (look_again,),
    "stock.counted": (look_again,),
    "stock.corrected": (look_again,),
    "stock.lead_time_set": (look_again,),
    "supply_order.proposed": (look_again,),
    "supply_order.received": (look_again,),
    "supply_order.withdrawn": (look_again,),
    # A site, an incident, a class.
    "site.closed": (close_teams_with_site,),
    "incident.stopped": (tell_superior,),
    "code.opened": (tell_office_of_code,),
    "code.tested": (open_case_of_code,),
    "isolation.tested": (open_case_of_isolated,),
    # Contacts are to be somewhere within hours.
    "contacts.decided": (owe_transfer_of_contacts,),
    "stay.admitted": (note_arrival,),
    "stay.admitted_unannounced": (note_arrival,),
    "batch.admitted": (note_arrival,),
    "person.isolated": (note_arrival,),
    "stay.released": (watch_at_home,),
    "home.tested": (open_case_of_tested_at_home,),
    "cluster.found": (tell_of_alert,),
    "surveillance.alarmed": (join_open_alert,),
    "batch.completed": (note_first_batch,),
    "room.vacated": (have_room_cleaned,),
    "reading.abnormal": (call_doctor_about_guest,),
    "test.not_negative": (call_doctor_about_guest,),
    "round.recorded": (look_at_readings,),
    "door.recorded": (look_at_readings,),
    "door.abnormal": (call_doctor_to_the_door,),
}
