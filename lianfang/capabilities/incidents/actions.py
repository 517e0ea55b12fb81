"""What may be done about incidents (处置动作), gathered: emergencies, steps, codes, similar illness, patrols."""

from lianfang.capabilities.incidents import touched_codes  # noqa: F401  says whom a change of rules touches
from lianfang.capabilities.incidents.alerts import (
    assess_alert,
    grade_alert,
    report_cluster,
    settle_alert,
    verify_alert,
)
from lianfang.capabilities.incidents.clocks import correct_stop, stop_clock, verdicts
from lianfang.capabilities.incidents.closing import close_incident, dismiss_incident, explain_delay
from lianfang.capabilities.incidents.codes import (
    open_code_event,
    order_disinfection,
    record_home_check,
    record_test,
)
from lianfang.capabilities.incidents.opening import open_incident
from lianfang.capabilities.incidents.patrols import check_point, plan_patrol
from lianfang.capabilities.incidents.referring import accept_referral, refer
from lianfang.capabilities.incidents.runbooks import in_force, publish_runbook
from lianfang.capabilities.incidents.steps import answer_call, brief, complete_step, reply, write_log
from lianfang.capabilities.incidents.watching import (
    watch_answers,
    watch_class,
    watch_person,
    watch_readings,
    watch_room,
)

__all__ = [
    "accept_referral",
    "answer_call",
    "assess_alert",
    "brief",
    "check_point",
    "close_incident",
    "complete_step",
    "correct_stop",
    "dismiss_incident",
    "explain_delay",
    "grade_alert",
    "in_force",
    "open_code_event",
    "open_incident",
    "order_disinfection",
    "plan_patrol",
    "publish_runbook",
    "record_home_check",
    "record_test",
    "refer",
    "reply",
    "report_cluster",
    "settle_alert",
    "stop_clock",
    "verdicts",
    "verify_alert",
    "watch_answers",
    "watch_class",
    "watch_person",
    "watch_readings",
    "watch_room",
    "write_log",
]
