"""What actions, events and codes are called (操作名称、记事用语): a button says what it does, a history what was done.

Every declared action has a line here or in `titles_of_control`; a test finds the one that has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_noop as _

from lianfang.domain.parsing.choices import HEALTH_CODES, SLOTS, Choices
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.interfaces.labels import LABELS
from lianfang.interfaces.titles_of_control import OF_CONTROL
from lianfang.kernel import fields
from lianfang.kernel.accounts.models import ROLE_NAMES

TITLES: Mapping[str, tuple[str, str]] = {
    **OF_CONTROL,
    "account.first_opened": (_("Open the first account"), _("First account opened")),
    "account.member_opened": (_("Open an account for somebody on the roster"), _("Account of a member opened")),
    "account.tied": (_("Say whose account this is"), _("Account tied to a person")),
    "account.opened": (_("Open an account"), _("Account opened")),
    "agreement.ended": (_("End an agreement"), _("Agreement ended")),
    "agreement.made": (_("Make an agreement"), _("Agreement made")),
    "answer.recorded": (_("Record an answer"), _("Answer recorded")),
    "answers.imported": (_("Record the answers of a file"), _("Answers of a file recorded")),
    "assessment.ended": (_("End a risk assessment"), _("Risk assessment ended")),
    "assessment.opened": (_("Begin a risk assessment"), _("Risk assessment begun")),
    "briefing.assessed": (_("Write an assessment"), _("Assessment written")),
    "briefing.composed": (_("Compose a briefing"), _("Briefing composed")),
    "case.revealed": (_("Show the full numbers of a case"), _("Full numbers of a case shown")),
    "class.checked": (_("Check a class"), _("Class checked")),
    "contact.recorded": (_("Record a call"), _("Call recorded")),
    "copy.handed_over": (_("Hand a copy over"), _("Copy handed over")),
    "detection.proposed": (_("Propose a detection setting"), _("Detection setting proposed")),
    "detection.switched_off": (_("Switch a detection setting off"), _("Detection setting switched off")),
    "detection.switched_on": (_("Switch a detection setting on"), _("Detection setting switched on")),
    "difference.answered": (_("Answer a difference"), _("Difference answered")),
    "difference.reopened": (_("Reopen a difference"), _("Difference reopened")),
    "difference.undone": (_("Take the last answer back"), _("Last answer taken back")),
    "form.answered": (_("Fill in a form for somebody"), _("Form filled in for somebody")),
    "form.extended": (_("Propose the next version"), _("Next version of a form proposed")),
    "form.filled": (_("Fill in a form"), _("Form filled in")),
    "form.proposed": (_("Propose a form"), _("Form proposed")),
    "form.published": (_("Publish a form"), _("Form published")),
    "form.revised": (_("Revise a form"), _("Form revised")),
    "form.timed": (_("Record how long a form takes"), _("Time for a form recorded")),
    "form.withdrawn": (_("Withdraw a form"), _("Form withdrawn")),
    "gap.explained": (_("Explain a missing report"), _("Missing report explained")),
    "guardian.confirmed": (_("Confirm a guardian"), _("Guardian confirmed")),
    "import.confirmed": (_("Confirm an import"), _("Import written")),
    "import.dropped": (_("Drop an import"), _("Import dropped")),
    "import.received": (_("Check a file"), _("File checked")),
    "indicators.counted": (_("Count indicators"), _("Indicators counted")),
    "layout.defined": (_("Define a layout"), _("Layout defined")),
    "leave.approved": (_("Approve leave"), _("Leave approved")),
    "likeness.decided": (_("Decide whether a field is held already"), _("Likeness of a field decided")),
    "list.quarantined": (_("Quarantine a list"), _("List quarantined whole")),
    "list.received": (_("Take a list in"), _("List taken in")),
    "lists.compared": (_("Compare two lists"), _("Two lists compared")),
    "missing.reminded": (_("Remind the missing"), _("Missing people reminded")),
    "person.left": (_("Take off the roster"), _("Taken off the roster")),
    "person.registered": (_("Add to the roster"), _("Added to the roster")),
    "person.revealed": (_("Show the full number"), _("Full number shown")),
    "post.marked": (_("Mark on post"), _("Marked on post or off")),
    "recipient.ended": (_("Stop serving a recipient"), _("Recipient no longer served")),
    "recipient.named": (_("Name a recipient"), _("Recipient named")),
    "register.exported": (_("Export a list"), _("List exported")),
    "report.drafted": (_("Keep a draft"), _("Draft kept")),
    "report.excused": (_("Excuse a unit from reporting"), _("Unit excused from reporting")),
    "report.nudged": (_("Nudge lower units"), _("Lower units nudged")),
    "report.sent_back": (_("Send a report back"), _("Report sent back")),
    "report.signed": (_("Sign a report"), _("Report signed")),
    "responsible.named": (_("Name the first responsible person"), _("First responsible person named")),
    "responsible.stepped_down": (_("End the first responsibility"), _("First responsibility ended")),
    "risk.assessed": (_("Assess a risk"), _("Risk assessed")),
    "risk.closed": (_("Close a risk"), _("Risk closed")),
    "risk.reviewed": (_("Review a risk assessment"), _("Risk assessment reviewed")),
    "risk.scored_anew": (_("Score a risk anew"), _("Risk scored anew")),
    "role.ended": (_("End a role"), _("Role ended")),
    "role.granted": (_("Grant a role"), _("Role granted")),
    "pack.asked": (_("Make an after-action pack"), _("After-action pack asked for")),
    "roster.entered": (_("Enter a roster"), _("Roster entered")),
    "rules.adopted": (_("Adopt rules"), _("Rules adopted")),
    "screener.named": (_("Name a screener"), _("Screener named")),
    "token.issued": (_("Issue a token"), _("Token issued")),
    "token.revoked": (_("Withdraw a token"), _("Token withdrawn")),
    "unit.changed": (_("Change a unit"), _("Unit changed")),
    "unit.closed": (_("Close a unit"), _("Unit closed")),
    "unit.founded": (_("Found the root unit"), _("Root unit founded")),
    "unit.merged": (_("Merge a unit"), _("Unit merged")),
    "unit.moved": (_("Move a unit"), _("Unit moved")),
    "unit.opened": (_("Open a unit"), _("Unit opened")),
    "unit.screened": (_("Record a screening"), _("Screening recorded")),
    "verification.signed": (_("Sign a verification run off"), _("Verification run signed off")),
    "zone.assigned": (_("Assign a zone"), _("Zone assigned")),
}
"""By kind of action: its title as on a button, and what its event says."""

BESIDE: Mapping[str, str] = {
    "access.denied": _("Access refused"),
    "batch.completed": _("Everybody of a list has come"),
    "briefing.printed": _("Briefing printed"),
    "briefing.taken": _("Daily briefing taken as a file"),
    "cluster.found": _("Similar illness found"),
    "cluster.grown": _("Similar illness has grown"),
    "copy.outdated": _("A copy handed over holds an old figure"),
    "door.abnormal": _("A second reading at the door is out of range"),
    "due.overdue": _("Report overdue"),
    "pack.made": _("After-action pack made"),
    "pack.taken": _("After-action pack taken as a file"),
    "photo.attached": _("Photo attached"),
    "reading.abnormal": _("A second reading is out of range"),
    "room.vacated": _("A room was left"),
    "tallies.recounted": _("Counters recounted"),
    "test.not_negative": _("A test was not negative"),
}
"""Events that no action records."""

FACTS: Mapping[str, str] = {
    "filters": _("Filter"),
    "how_many": _("How many"),
    "items": _("Items"),
    "may_write": _("May write"),
    "outcome": _("Outcome"),
    "read": _("Read"),
    "refused": _("Refused"),
    "register": _("List"),
    "rows": _("Rows"),
    "written": _("Written"),
}
"""What events keep besides the fields of forms."""

CODES: Mapping[str, Choices] = {"symptoms": SYMPTOMS, "health_code": HEALTH_CODES, "slot": SLOTS}
"""Columns that hold codes, and their words."""


def title_of(kind: str) -> str:
    """The title of a declared action, short as on a button, in the language in force."""
    return gettext(TITLES[kind][0])


def event_words(kind: str) -> str:
    """What an event of this kind says in a history; a kind that is not known here is shown as it is."""
    known = TITLES.get(kind)
    return gettext(known[1] if known else BESIDE.get(kind, kind))


def code_words(column: str, value: Any) -> Any:
    """The word, or the words in a row, for what a column of codes holds; any other value as it is."""
    choices = CODES.get(column)
    if choices is None or not value:
        return value
    codes = value if isinstance(value, list | tuple) else [value]
    return listed(choices.label(one, get_language() or "en") if one in choices.codes else str(one) for one in codes)


def fact_words(facts: Mapping[str, Any], kind: str = "") -> str:
    """What an event of a kind keeps, in a row: `Unit: S1, Zero report: yes`."""
    return listed(labelled(fact_label(name, kind), _fact(name, value)) for name, value in facts.items())


def fact_label(name: str, kind: str = "") -> str:
    """What a fact of an event is called; one that is not known is shown as it is."""
    known = FACTS.get(name)
    return gettext(known) if known else str(fields.label_of(name, kind) or LABELS.get(name) or name)


def _fact(name: str, value: Any) -> str:
    if name == "role":
        return str(ROLE_NAMES.get(value, value))
    if isinstance(value, list):
        return listed(_fact(name, one) for one in value) or gettext("none")
    if isinstance(value, Mapping):
        return fact_words(value)
    said = {"True": gettext("yes"), "False": gettext("no")}
    return said.get(str(value)) or str(code_words(name, value))


def listed(words: Iterable[str]) -> str:
    """Names or words in a row: `甲、乙`, `A, B`."""
    return pgettext("between words", ", ").join(words)


def labelled(label: str, text: str) -> str:
    """`单位：…`, `Unit: …`."""
    return gettext("%(field)s: %(says)s") % {"field": label, "says": text}
