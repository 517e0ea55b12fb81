"""When this happens, do that (联动): the only place where capabilities meet. The table below is the plan.

The worker runs each function once for each event, after the event's transaction has committed. What people are told
names the thing, never a reading, a symptom or a figure: those are seen where the reader's role allows it.
"""

from __future__ import annotations

from collections.abc import Mapping

from lianfang.capabilities.assessments.owed import tell_of_late_review
from lianfang.capabilities.incidents.telling import tell_of_alert, tell_of_late_step, tell_superior
from lianfang.capabilities.pairs.overdue import call_doctor_for_help, pass_contact_on
from lianfang.capabilities.recall.following import call_for_overdue_return
from lianfang.kernel.audit.dispatch import Reaction
from lianfang.reactions.health import (
    call_doctor_about_contact,
    call_doctor_about_guest,
    call_doctor_and_class_head,
    call_doctor_to_the_door,
    follow_health_code,
    look_at_readings,
    look_for_similar_illness,
)
from lianfang.reactions.lists import (
    ask_about_exemptions_from_recall,
    carry_long_run_out,
    follow_corrected_fact,
    reopen_differences_about_answers,
    reopen_differences_between_totals,
    tell_both_sides_of_differences,
    weigh_stay,
    weigh_stays_by_new_list,
)
from lianfang.reactions.places import close_teams_with_site, have_room_cleaned, note_first_batch
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
    "status.fact_corrected": (follow_corrected_fact,),
    "task.overdue": (pass_contact_on, call_for_overdue_return, tell_of_late_step, tell_of_late_review),
    "pair.contacted": (call_doctor_for_help,),
    # A site, an incident, a class.
    "site.closed": (close_teams_with_site,),
    "incident.stopped": (tell_superior,),
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
