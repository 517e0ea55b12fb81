"""A school of two classes with two weeks behind it (日报测试小校): every figure comes from a class check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from lianfang.capabilities.briefings.actions import compose_briefing
from lianfang.capabilities.briefings.models import Briefing
from lianfang.capabilities.checkin.intake import receive_roll_call
from lianfang.kernel import clock
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.reporting.tally import open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

PUPILS = 20  # of a class


class School:
    """Two classes; whoever is ill on a day is not the one of the day before, so that every symptom is a new one."""

    def __init__(self, code: str = "S1", *, county: Unit | None = None) -> None:
        with clock.at(at(5, day=DAY - timedelta(days=60))):
            self.unit = make.unit(county or make.root("N1", "county"), code, "school", name="示范学校")
            self.classes = [make.unit(self.unit, f"{code}-K{n}", "class", name=f"{n}班") for n in (1, 2)]
            self.pupils = [make.members(klass, PUPILS) for klass in self.classes]
        with clock.at(at(5)):
            self.officer = make.actor(self.unit, "duty_officer")
            self.doctor = make.actor(self.unit, "doctor")
            self.heads = [make.actor(klass, "class_head") for klass in self.classes]
        self.sent = 0

    def opens(self, day: date = DAY) -> None:
        """The day begins."""
        with clock.at(at(6, day=day)), within(EVERYTHING):
            open_day(day)
            open_tallies(day)

    def fortnight(self, before: int, now: int) -> None:
        """Two weeks up to the day: so many new symptoms a day in the first, and in the second without its last day."""
        for back in range(13, 0, -1):
            self.day(DAY - timedelta(days=back), before if back > 6 else now)
        self.opens()

    def day(self, day: date, ill: int) -> None:
        """A whole day: both classes are checked, some of the first one's pupils being ill."""
        self.opens(day)
        self.checks(0, ill, day=day)
        self.checks(1, 0, day=day)

    def checks(
        self, number: int, ill: int, *, day: date = DAY, hour: int = 8, fever: int = 0, like: date | None = None
    ) -> None:
        """A class check; every other day the other half of the class is ill, or the half that is on the day `like`."""
        klass, who = self.classes[number], self.heads[number]
        half = PUPILS // 2
        some = self.pupils[number][half * ((like or day).toordinal() % 2) :][:ill]
        self.sent += 1
        raw = {
            "key": f"check-{klass.code}-{day}-{self.sent}", "unit": klass.code, "day": str(day), "slot": "am",
            "observed_by": "class head", "everyone_else": "well", "exceptions": self._exceptions(some, fever),
        }  # fmt: skip
        with clock.at(at(hour, day=day)), make.acting(who):
            receive_roll_call(who, raw, channel="json")

    @staticmethod
    def _exceptions(some: Sequence[Person], fever: int) -> list[dict[str, object]]:
        return [
            {"person": {"ref": str(one.pk)}, "state": "unwell", "symptoms": ["cough"],
             "temperature": "38.2" if number < fever else "36.5"}
            for number, one in enumerate(some)
        ]  # fmt: skip

    def composes(self, hour: int = 17, *, day: date = DAY) -> Briefing:
        """The duty officer composes the briefing."""
        with clock.at(at(hour)), make.acting(self.officer) as by:
            made: Briefing = compose_briefing(by, unit=self.unit, day=day)
        return made


def said(briefing: Briefing, section: str, language: str = "en") -> str:
    """The paragraph of a section, or nothing."""
    return next((one["paragraph"] for one in briefing.text[language] if one["code"] == section), "")
