"""What the actions about incidents are tried with (权限矩阵: 突发情况)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lianfang.capabilities.incidents import actions as acts
from lianfang.capabilities.incidents.models import ClusterAlert, Incident
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.places.models import Place
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks import ops as tasks
from tests.make import DAY, at, member

STEPS = [{"number": 1, "zh": "先做", "en": "First", "role": "nurse", "minutes": 5}]


class Incidents:
    """In the first school an emergency, one that is late, a hazard, a code event, alerts in each state, a patrol."""

    def __init__(self, school: Any, pupil: Any) -> None:
        self.school, self.pupil, self.somebody = school, pupil, member(school)
        with within(EVERYTHING):
            self.open = self._raised("illness")
            self.stopped = acts.stop_clock(SYSTEM, incident=self._raised("other"), stop="contained")
            self.done = self._done()
            self.message = acts.write_log(SYSTEM, incident=self.open, text="车", to="医院")
            self.referral = acts.refer(SYSTEM, incident=self.open, provider="H1", transport="V1")
            self.code = acts.open_code_event(SYSTEM, unit=school, person=pupil, colour="yellow", cause="到过风险区")
            self.alerts = {state: self._alert(state) for state in ("open", "verified", "assessed")}
            self.point = Place.objects.create(unit=school, kind="spot", code="P1", name="1号点")
            self.patrol = acts.plan_patrol(SYSTEM, unit=school, name="巡查", kind="hazard_flood", points=[self.point])

    def _raised(self, kind: str) -> Incident:
        incident: Incident = acts.open_incident(SYSTEM, unit=self.school, kind=kind, where="东门")
        return incident

    def _done(self) -> Incident:
        """A hazard whose steps are all done."""
        incident = self._raised("hazard_fire")
        for task in tasks.of(incident, "step"):
            tasks.settle(task, at=clock.now(), by="test")
        return incident

    def _alert(self, state: str) -> ClusterAlert:
        alert = ClusterAlert.objects.create(
            unit=self.school, group=f"g-{state}", rule="same_day", since=DAY, reached_on=DAY, cases=3,
            opened_at=at(11), report_due_at=at(11),
        )  # fmt: skip
        if state == "open":
            return alert
        alert = acts.verify_alert(SYSTEM, alert=alert)
        if state == "assessed":
            alert = acts.assess_alert(SYSTEM, alert=alert, likelihood="likely", consequence="minor")
        return alert

    @property
    def report(self) -> Any:
        """The report that an alert owes."""
        with within(EVERYTHING):
            return tasks.owe(self.school, "report", self.alerts["open"], number=1)

    @property
    def step(self) -> Any:
        """A step that can be done."""
        with within(EVERYTHING):
            return tasks.of(self.open, "step").get(number=1)


def of_incidents(w: Any) -> dict[str, Any]:
    """By kind of action."""
    one = Incidents(w.school, w.pupil)
    return {**_of_emergencies(one), **_of_others(one)}


def _of_emergencies(one: Incidents) -> dict[str, Any]:
    late = {"incident": one.stopped, "stop": "contained", "at": clock.now(), "reason": "camera"}
    return {
        "incident.opened": {"unit": one.school, "kind": "illness", "where": "东门"},
        "incident.stopped": {"incident": one.open, "stop": "on_scene"},
        "incident.corrected": late,
        "incident.step_done": {"task": one.step},
        "incident.noted": {"incident": one.open, "text": "x"},
        "incident.referred": {"incident": one.open, "provider": "H1", "transport": "V1"},
        "incident.referral_accepted": {"referral": one.referral, "accepted_by": "E1"},
        "incident.replied": {"line": one.message, "text": "x"},
        "incident.briefed": {"incident": one.open, "situation": "x"},
        "incident.answered": None,
        "incident.explained": {"incident": one.open, "cause": "x"},
        "incident.closed": {"incident": one.done},
        "incident.dismissed": {"incident": one.open, "reason": "x"},
        "runbook.published": {
            "unit": one.school, "kind": "illness", "title": "流程", "valid_from": DAY, "steps": STEPS,
        },
    }  # fmt: skip


def _of_others(one: Incidents) -> dict[str, Any]:
    alerts = one.alerts
    return {
        "code.opened": {"unit": one.school, "person": one.somebody, "colour": "red", "cause": "到过风险区"},
        "code.disinfection_ordered": {"incident": one.open, "places": ["食堂"]},
        "code.tested": {"event": one.code, "test": 1, "result": "negative", "sampled_at": clock.now()},
        "code.checked": {"event": one.code, "person": one.pupil, "celsius": Decimal("36.5")},
        "cluster.verified": {"alert": alerts["open"]},
        "cluster.assessed": {"alert": alerts["verified"], "likelihood": "likely", "consequence": "minor"},
        "cluster.graded": {"alert": alerts["assessed"]},
        "cluster.reported": {"task": one.report},
        "cluster.settled": {"alert": alerts["open"], "outcome": "false_alarm", "note": "x"},
        "patrol.planned": {"unit": one.school, "name": "夜巡", "kind": "hazard_fire", "points": [one.point]},
        "patrol.checked": {"patrol": one.patrol, "place": one.point, "fine": True},
    }


def addresses_of_incidents(w: Any) -> dict[str, str]:
    """Every address of an incident, an alert and a patrol, made concrete for the first school."""
    if not hasattr(w, "incidents"):
        w.incidents = Incidents(w.school, w.pupil)
    one = w.incidents
    incident, alert = f"/incidents/{one.open.pk}", f"/alerts/clusters/{one.alerts['open'].pk}"
    return {
        "incidents/<uuid:number>": incident,
        "incidents/<uuid:number>/briefing.pdf": f"{incident}/briefing.pdf",
        "incidents/<uuid:number>/<str:deed>": f"{incident}/note",
        "incidents/patrols/<uuid:number>": f"/incidents/patrols/{one.patrol.pk}",
        "codes/<str:code>": f"/codes/{w.school.code}",
        "codes/<str:code>/<str:deed>": f"/codes/{w.school.code}/open",
        "alerts/clusters/<uuid:number>": alert,
        "alerts/clusters/<uuid:number>/<str:deed>": f"{alert}/verify",
    }
