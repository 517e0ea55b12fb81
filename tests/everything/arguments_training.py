"""What the actions about classes are tried with (权限矩阵: 开班)."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from lianfang.capabilities.training import actions as acts
from lianfang.capabilities.training.checklist import codes
from lianfang.capabilities.training.models import ClassRun, Enrolment, WorkOrder
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.places.models import CLASSROOM, DINING, DORMITORY, ZONE, Place
from lianfang.kernel.scope import EVERYTHING, within
from tests.make import DAY, member

MEASURED = {"key": "k", "number": 1, "celsius": "36.5"}
LAST = DAY + timedelta(days=2)


class Classes:
    """The first school with rooms, a class that runs, one to be opened, one to be closed, and a marker to repair."""

    def __init__(self, school: Any) -> None:
        self.school = school
        with within(EVERYTHING):
            self.room, self.other, self.third = (self._place(CLASSROOM, f"C{n}", 4, 2) for n in range(3))
            self.hall, self.bed = self._place(DINING, "H", 8, 2), self._place(DORMITORY, "D", 2)
            self.zone = self._place(ZONE, "Z", 1)
            self.planned = self._run("P", DAY, boards=True)
            self.ready = self._laid_out(self._run("R", DAY), self.room)
            self.over = self._opened(self._laid_out(self._run("O", DAY, last=DAY), self.other))
            self.open = self._opened(self._laid_out(self._run("N", DAY), self.third))
            self._eating()
            self._spots()

    def _place(self, kind: str, code: str, ordinary: int, furniture: int = 0) -> Place:
        given = {"kind": kind, "code": code, "name": code, "ordinary": ordinary, "furniture": furniture}
        return acts.add_place(SYSTEM, unit=self.school, **given)

    def _run(self, code: str, first: Any, last: Any = LAST, **more: Any) -> ClassRun:
        run = acts.schedule_class(
            SYSTEM, unit=self.school, code=f"S1-{code}", name=code, first_day=first, last_day=last, **more
        )
        acts.enrol(SYSTEM, run=run, people=[member(self.school), member(self.school)])
        return run

    def _laid_out(self, run: ClassRun, room: Place) -> ClassRun:
        acts.plan_class(SYSTEM, run=run, rooms=[room])
        for code in codes():
            acts.answer_opening(SYSTEM, run=run, question=code, answer="yes")
        acts.sign_order(SYSTEM, order=self.finished(run), evidence="seen")
        return run

    def finished(self, run: ClassRun) -> WorkOrder:
        """The order of a class, done and not signed."""
        order = WorkOrder.objects.select_related("unit").get(run=run)
        given = {"agent": "84", "mg_l": 500, "minutes": 30, "surfaces": True, "floors": True}
        return acts.finish_order(SYSTEM, order=order, **given)

    def _opened(self, run: ClassRun) -> ClassRun:
        return acts.open_class(SYSTEM, run=run)

    def _eating(self) -> None:
        acts.plan_dining(SYSTEM, run=self.open, place=self.hall, meal="lunch", first_sitting=time(11))
        self.learner = Enrolment.objects.select_related("unit", "run", "person").filter(run=self.open).first()
        lodged = self._run("B", DAY, boards=True)
        acts.plan_beds(SYSTEM, run=lodged, rooms=[self.bed])
        self.short = lodged
        self.owed = WorkOrder.objects.select_related("unit").get(run=self.planned)
        self.done = self.finished(lodged)

    def _spots(self) -> None:
        given = {"kind": "line", "spacing_m": Decimal(1)}
        self.marker = acts.register_spot(SYSTEM, unit=self.school, code="S1", name="门口", **given)
        self.worn = acts.register_spot(SYSTEM, unit=self.school, code="S2", name="窗口", **given)
        acts.check_marker(SYSTEM, marker=self.worn, result="worn", evidence="x")


def of_training(w: Any) -> dict[str, Any]:
    """Arguments by action; the classes are made when the first of these is asked for."""
    if not hasattr(w, "classes"):
        w.classes = Classes(w.school)
    c, school = w.classes, w.school
    order = {"agent": "84", "mg_l": 500, "minutes": 30}
    return {
        "class.scheduled": {"unit": school, "code": "S1-NEW", "name": "新", "first_day": DAY, "last_day": LAST},
        "class.enrolled": {"run": c.planned, "people": [w.pupil]},
        "class.left": {"enrolment": c.learner, "last_day": DAY, "reason": "recalled"},
        "class.laid_out": {"run": c.ready, "rooms": [c.room]},
        "class.lodged": {"run": c.planned, "rooms": [c.bed]},
        "class.shortage_accepted": {"run": c.short, "reason": "day learners"},
        "class.dining_planned": {"run": c.ready, "place": c.hall, "meal": "lunch", "first_sitting": time(12)},
        "class.opened": {"run": c.ready},
        "class.closed": {"run": c.over},
        "door.recorded": {"run": c.open, "day": DAY, "slot": "am", "entries": [MEASURED]},
        "meal.recorded": {"run": c.open, "person": c.learner.person, "place": c.hall, "meal": "lunch"},
        "order.finished": {"order": c.owed, "surfaces": True, "floors": True, **order},
        "order.signed": {"order": c.done, "evidence": "seen"},
        "opening.answered": {"run": c.planned, "question": codes()[0], "answer": "yes"},
        "phase.begun": {"unit": school, "first_day": DAY, "last_day": LAST},
        "zone.disinfected": {"zone": c.zone, "day": DAY, "slot": "am", **order},
        "place.added": {"unit": school, "kind": ZONE, "code": "Z2", "name": "大厅"},
        "places.added": {"unit": school, "kind": ZONE, "prefix": "A", "name": "大厅", "how_many": 2},
        "spot.registered": {"unit": school, "code": "S3", "name": "电梯口", "kind": "line", "spacing_m": Decimal(1)},
        "marker.checked": {"marker": c.marker, "result": "ok"},
        "marker.repaired": {"marker": c.worn, "evidence": "renewed"},
    }  # fmt: skip


def addresses_of_training(w: Any) -> dict[str, str]:
    """The pages of classes, of the first school and a class on its plan."""
    if not hasattr(w, "class_planned"):
        with within(EVERYTHING):
            given = {"code": "S1-TR", "name": "第一期", "name_en": "Class one", "first_day": DAY, "last_day": LAST}
            w.class_planned = acts.schedule_class(SYSTEM, unit=w.school, **given)
    here, school = f"/training/runs/{w.class_planned.pk}", w.school.code
    return {
        "training/runs/<uuid:number>": here,
        "training/runs/<uuid:number>/door": f"{here}/door",
        "training/runs/<uuid:number>/report.pdf": f"{here}/report.pdf",
        "training/runs/<uuid:number>/do/<str:act>": f"{here}/do/open",
        "training/<str:code>": f"/training/{school}",
        "training/<str:code>/set-up": f"/training/{school}/set-up",
        "training/<str:code>/zones": f"/training/{school}/zones",
        "training/<str:code>/report.pdf": f"/training/{school}/report.pdf",
        "spots/<str:code>": f"/spots/{school}",
    }
