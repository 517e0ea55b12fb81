"""Incidents in words (突发情况用语): states, clocks, log entries; one place for pages and the briefing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianfang.capabilities.incidents.log import Entry
from lianfang.capabilities.incidents.models import Incident
from lianfang.capabilities.incidents.models.incident import STATES, WHATS
from lianfang.capabilities.incidents.shipped import SHIPPED
from lianfang.domain.incidents.clocks import CONTAINED, MISSED, OVER, REPORTED, Verdict
from lianfang.interfaces.titles import listed
from lianfang.interfaces.web.templatetags.formats import clock as clock_words
from lianfang.kernel.accounts.models import ROLE_NAMES

STATE_CHIPS: Final[Mapping[str, str]] = {
    "open": "bad",
    "contained": "warn",
    "reported": "info",
    "closed": "ok",
    "false_alarm": "wait",
}
Facts = Mapping[str, Any]
_WORDS: Final = dict(STATES)
_STOPS: Final = dict(WHATS)


def state_chip(incident: Incident) -> dict[str, str]:
    """The state as a chip; what is still running on a clock is red."""
    state = STATE_CHIPS[incident.state] if incident.clocked or incident.state != "open" else "info"
    return {"state": state, "word": str(_WORDS[incident.state])}


def stop_words(what: str) -> str:
    """A clock in words."""
    return str(_STOPS[what])


def clock_title(what: str) -> str:
    """What a judged clock measures."""
    return str({CONTAINED: _("Handled on the scene"), REPORTED: _("Reported upwards")}[what])


def verdict_chip(verdict: Verdict) -> dict[str, str]:
    """A clock's verdict as a chip."""
    if verdict.state == MISSED:
        return {"state": "bad", "word": _("Over the limit")}
    if verdict.state == OVER:
        return {"state": "bad", "word": _("Over the limit, still running")}
    return {"state": "ok", "word": _("In time")} if verdict.state == "met" else {"state": "info", "word": _("Running")}


def minutes(span: timedelta) -> str:
    """`07:30`, or `1:07:30` from an hour on."""
    seconds = int(span.total_seconds())
    hours, rest = divmod(seconds, 3600)
    text = f"{rest // 60:02}:{rest % 60:02}"
    return f"{hours}:{text}" if hours else text


def role_words(roles: Iterable[str]) -> str:
    """Duties in a row."""
    return listed(str(ROLE_NAMES.get(role, role)) for role in roles)


def where_of(incident: Incident) -> str:
    """Where it is, in words."""
    return incident.where_words


def entry_words(entry: Entry) -> str:
    """One line of the activity log."""
    text, received = _of(entry), entry.facts.get("received")
    if not received:
        return text
    late = _("(received {time})").format(time=clock_words(received, seconds=True))
    return f"{text} {late}"


def _of(entry: Entry) -> str:
    write = _WRITERS.get(entry.what)
    if write is not None:
        return write(entry.facts)
    if entry.what in _STOPS:
        said = stop_words(entry.what)
        return said[:1].upper() + said[1:]
    ended = str(_WORDS.get(entry.what, entry.what)).capitalize()
    return _joined(ended, entry.facts.get("outcome", ""), entry.facts.get("cause", ""))


def _corrected(facts: Facts) -> str:
    at = clock_words(facts["at"], seconds=True)
    return _joined(_("Corrected: {what} at {time}").format(what=stop_words(facts["what"]), time=at), facts["reason"])


def _done(facts: Facts) -> str:
    return _joined(_("Done: {step}").format(step=facts["step"]), facts["text"])


def _called(facts: Facts) -> str:
    text = _("Called: {names}").format(names=listed(facts["names"]) or "—")
    if facts["nobody"]:
        text = _joined(text, _("nobody holds the duty of {roles}").format(roles=role_words(facts["nobody"])))
    return text


def _joined(*parts: str) -> str:
    between = "・" if (get_language() or "").startswith("zh") else " • "
    return between.join(part for part in parts if part)


def runbook_words(code: str, version: str) -> str:
    """Whose runbook and which edition; a version is kept as its number and the day it holds from."""
    number, _space, since = version.partition(" ")
    name = _("standard runbook") if code == SHIPPED else code
    return _("{name}, edition {number}, since {since}").format(name=name, number=number, since=since)


_WRITERS: Final[Mapping[str, Callable[[Facts], str]]] = {
    "answered": lambda _facts: _("Heard the call and is on the way"),
    "called": _called,
    "corrected": _corrected,
    "done": _done,
    "message": lambda facts: _("To {to}: {text}").format(to=facts["to"], text=facts["text"]),
    "handed_over": lambda facts: _joined(
        _("Handed over to {provider}").format(provider=facts["provider"]), facts["transport"]
    ),
    "taken_in": lambda facts: _("Taken in at {provider}").format(provider=facts["provider"]),
    "note": lambda facts: str(facts["text"]),
    "opened": lambda facts: _joined(_("Detected: {where}").format(where=facts["where"]), facts["note"]),
    "reply": lambda facts: _("Reply to {to}: {text}").format(to=facts["to"], text=facts["text"]),
    "runbook": lambda facts: _("Runbook opened: {version}; {n} steps").format(
        version=runbook_words(*facts["version"].split(" ", 1)), n=facts["steps"]
    ),
    "step": _done,
}
