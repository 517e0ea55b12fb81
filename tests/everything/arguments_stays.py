"""What the actions about stays and campus isolation are tried with (权限矩阵: 留观与校内隔离)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from lianfang.capabilities.stays.actions import (
    admit,
    isolate,
    order_test,
    receive_manifest,
    record_round,
    refer,
    release,
    transfer_out,
)
from lianfang.capabilities.stays.home import begin_home_watch
from lianfang.capabilities.stays.models import Stay
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.places.models import ISOLATION, SITE_ROOM, Place, Premises
from lianfang.kernel.readings.ops import READING
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from tests import make
from tests import stays_world as world
from tests.make import DAY, at

CAME = DAY - timedelta(days=15)


class Observed:
    """A site of the first school: somebody ready to go, in hospital, released, awaited; and a pupil in isolation."""

    def __init__(self, w: Any) -> None:
        self.unit = make.unit(w.school, f"{w.school.code}-OBS", "site")
        self.w = w
        with within(EVERYTHING):
            self._open()
            make.rules(self.unit, floor_starts_anew=True, home_days=2, test_days_after=[0])
            self._admit()
            self._isolate()

    def _open(self) -> None:
        Premises.objects.create(unit=self.unit, state="open", opened_on=CAME)
        self.rooms = Place.objects.bulk_create(
            Place(unit=self.unit, kind=SITE_ROOM, code=f"R{n}", name=f"R{n}", floor=1, walk=n, opened_on=CAME)
            for n in range(1, 9)
        )

    def _admit(self) -> None:
        arrived = at(15, day=CAME)
        people = [world.guest() for _ in range(4)]
        with clock.at(arrived):
            manifest = receive_manifest(SYSTEM, unit=self.unit, arrives_at=arrived, people=people)
            for stay, room in zip(manifest.stays.order_by("pk"), self.rooms, strict=False):
                admit(SYSTEM, stay=stay, room=room, admitted_at=arrived)
        stays = Stay.objects.filter(manifest=manifest).select_related("unit").order_by("pk")
        self.here, self.away, self.gone, self.ready = stays
        for stay in (self.here, self.gone, self.ready):
            self._measure(stay)
        with clock.at(at(10)):
            release(SYSTEM, stay=self.gone)
            transfer_out(SYSTEM, stay=self.away, provider="x", reason="x")
            self.manifest = receive_manifest(SYSTEM, unit=self.unit, arrives_at=at(11), people=[world.guest()])
            order_test(SYSTEM, stay=self.here, day=DAY, reason="x")
        self.awaited = self.manifest.stays.select_related("unit").get()
        self.gone.refresh_from_db()
        with clock.at(at(10)):
            watch = begin_home_watch(self.gone)
        assert watch is not None
        self.watch = watch

    def _measure(self, stay: Stay) -> None:
        """The last readings that are owed, which is all that a release looks at."""
        last = Task.objects.filter(kind=READING, subject=f"stays.stay:{stay.pk}").order_by("-opens_at")[:2]
        for task in last:
            when = datetime.combine(task.day or DAY, time(8 if task.slot == "am" else 19), self.unit.zone)
            with clock.at(when):
                record_round(SYSTEM, unit=self.unit, entries=[world.entry(stay, when, slot=task.slot)])

    def _isolate(self) -> None:
        school = self.w.school
        self.place = Place.objects.create(unit=school, kind=ISOLATION, code="I1", name="I1", capacity=4)
        with clock.at(at(10)):
            self.isolation = isolate(
                SYSTEM, unit=school, person=make.member(self.w.klass), place=self.place, reason="x"
            )
            self.referred = isolate(SYSTEM, unit=school, person=make.member(self.w.klass), place=self.place, reason="x")
            refer(SYSTEM, isolation=self.referred, provider="x")
        self.isolated = self.isolation.people.select_related("unit").get()


def of_stays(w: Any) -> dict[str, Any]:
    """By kind of action what it is given."""
    o = _observed(w)
    stay, because = {"stay": o.here}, {"reason": "x"}
    room, moment = o.rooms[6], at(12)
    return {
        "manifest.received": {"unit": o.unit, "arrives_at": moment, "people": [world.guest()]},
        "stay.account_opened": stay,
        "stay.not_arrived": {"stay": o.awaited} | because,
        "stay.admitted": {"stay": o.awaited, "room": room, "admitted_at": moment},
        "stay.admitted_unannounced": {"unit": o.unit, "guest": world.guest(), "room": room, "admitted_at": moment},
        "batch.admitted": {"manifest": o.manifest, "rooms": {o.awaited.pk: room.code}, "admitted_at": moment},
        "stay.room_changed": stay | because | {"room": room},
        "stay.transferred_out": stay | because | {"provider": "x"},
        "stay.taken_back": {"stay": o.away, "room": room},
        "stay.converted": stay | because,
        "stay.lost": stay | because,
        "stay.exposure_corrected": stay | because | {"last_exposure": CAME},
        "stay.extended": stay | because | {"ends_on": DAY + timedelta(days=9)},
        "floor.extended": {"unit": o.unit, "floor": 1, "last_exposure": DAY} | because,
        "stays.rederived": {"unit": o.unit} | because,
        "test.ordered": stay | because | {"day": DAY + timedelta(days=1)},
        "test.recorded": stay | {"day": DAY, "sampled_at": at(11), "result": "negative"},
        "round.recorded": {"unit": o.unit, "entries": []},
        "round.closed": {"unit": o.unit, "day": DAY, "slot": "am"},
        "stay.released": {"stay": o.ready},
        "stays.released": {"unit": o.unit, "stays": [o.ready]},
        "feedback.recorded": {"stay": o.gone, "text": "x"},
        "person.isolated": {"unit": w.school, "person": w.pupil, "place": o.place} | because,
        "guardian.told": {"isolated": o.isolated, "how": "x"},
        "isolation.referred": {"isolation": o.isolation, "provider": "x"},
        "referral.accepted": {"isolation": o.referred},
        "home.measured": {
            "watch": o.watch,
            "person": o.watch.person,
            "key": "reading-2",
            "celsius": Decimal("36.5"),
            "at": moment,
        },
        "home.tested": {"watch": o.watch, "day": DAY, "sampled_at": at(11), "result": "negative"},
        "isolation.measured": {"isolated": o.isolated, "key": "reading-1", "celsius": Decimal("36.5"), "at": moment},
        "isolation.tested": {"isolated": o.isolated, "sampled_at": at(11), "result": "negative"},
        "isolation.ended": {"isolation": o.isolation} | because,
    }


def addresses_of_stays(w: Any) -> dict[str, str]:
    """Addresses that name a site, a stay or an isolation of the near school."""
    o = _observed(w)
    s, stay, i = o.unit.code, f"/stays/{o.here.pk}", f"/isolations/{o.isolation.pk}"
    return {
        "round/<str:code>": f"/round/{s}",
        "round/<str:code>/list": f"/round/{s}/list",
        "round/<str:code>/sync": f"/round/{s}/sync",
        "round/<str:code>/proof": f"/round/{s}/proof",
        "round/<str:code>/close": f"/round/{s}/close",
        "site/<str:code>/round": f"/site/{s}/round",
        "site/<str:code>/arrivals": f"/site/{s}/arrivals",
        "site/<str:code>/arrivals/receive": f"/site/{s}/arrivals/receive",
        "site/<str:code>/arrivals/<uuid:number>/admit": f"/site/{s}/arrivals/{o.manifest.pk}/admit",
        "site/<str:code>/arrivals/absent/<uuid:number>": f"/site/{s}/arrivals/absent/{o.awaited.pk}",
        "stays/<uuid:number>": stay,
        "stays/<uuid:number>/certificate.pdf": f"/stays/{o.gone.pk}/certificate.pdf",
        "stays/<uuid:number>/do/<str:name>": f"{stay}/do/release",
        "isolations/<uuid:number>": i,
        "isolations/<uuid:number>/do/<str:name>": f"{i}/do/end",
        "isolate/<str:code>": f"/isolate/{w.school.code}",
    }


def _observed(w: Any) -> Observed:
    if not hasattr(w, "observed"):
        w.observed = Observed(w)
    observed: Observed = w.observed
    return observed
