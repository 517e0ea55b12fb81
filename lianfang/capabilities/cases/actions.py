"""What may be done about cases and contacts (病例密接动作), gathered: the case, its contacts, follow-up, links."""

from lianfang.capabilities.cases import touched_contacts  # noqa: F401  says whom a change of rules touches
from lianfang.capabilities.cases.casework import (
    DECIDERS,
    OPENERS,
    classify_case,
    close_case,
    interview_case,
    isolate_case,
    open_case,
    record_test,
)
from lianfang.capabilities.cases.contacting import (
    decide_contacts,
    name_contact,
    propose_contacts,
    propose_further_contacts,
)
from lianfang.capabilities.cases.correcting import correct_contact_exposure
from lianfang.capabilities.cases.following import (
    VISITORS,
    contact_became_case,
    notify_contact,
    record_visit,
    release_contact,
    stop_follow_up,
    take_contact_reading,
)
from lianfang.capabilities.cases.linking import chains_of, link_cases, withdraw_link
from lianfang.capabilities.cases.reporting import report_case
from lianfang.capabilities.cases.tracing import tracing_of
from lianfang.capabilities.cases.transfers import record_transfer
from lianfang.capabilities.cases.venues import record_venue_visit

__all__ = [
    "DECIDERS",
    "OPENERS",
    "VISITORS",
    "chains_of",
    "classify_case",
    "close_case",
    "contact_became_case",
    "correct_contact_exposure",
    "decide_contacts",
    "interview_case",
    "isolate_case",
    "link_cases",
    "name_contact",
    "notify_contact",
    "open_case",
    "propose_contacts",
    "propose_further_contacts",
    "record_test",
    "record_transfer",
    "record_venue_visit",
    "record_visit",
    "release_contact",
    "report_case",
    "stop_follow_up",
    "take_contact_reading",
    "tracing_of",
    "withdraw_link",
]
