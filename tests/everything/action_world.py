"""A world in which every action has something to act on, and what each is given (权限矩阵的世界)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta

from lianfang.domain.answers import AnswerDraft, PersonRef, parse_answer
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.accounts.ops import new_token
from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.people.models import Membership
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.forms import DAILY
from lianfang.kernel.reporting.models import UnitReport
from lianfang.kernel.reporting.tally import open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.everything.arguments_briefings import of_briefings
from tests.everything.arguments_cases import of_cases
from tests.everything.arguments_command import of_command
from tests.everything.arguments_incidents import of_incidents
from tests.everything.arguments_risks import of_risks
from tests.everything.arguments_rules import of_rules
from tests.everything.arguments_site import of_site
from tests.everything.arguments_stays import of_stays
from tests.everything.arguments_supplies import of_supplies
from tests.everything.arguments_surveillance import of_surveillance
from tests.everything.arguments_training import of_training
from tests.everything.exchange import Exchange, exchanging
from tests.make import DAY


class World:
    """Two schools of two counties, with a report of the first and everything an action may be about."""

    addresses: dict[str, str]

    def __init__(self) -> None:
        self.province = make.root("P", "province")
        self.near, self.far = (self._school(n) for n in (1, 2))
        self.school, self.klass, self.pupil = self.near
        with within(EVERYTHING):
            open_day(DAY)
            open_tallies(DAY)
            self._reported()
            self.form, self.doubtful = (
                self._proposed(*words)
                for words in (("winter_trip", "寒假外出", "Trip"), ("mobile_phone", "手机号码", "Mobile phone"))
            )
            self.asked = self._asked("stocks", "隔离床位", "units")
            self.asked_people = self._asked("stay", "住宿情况", "people")
            self.recipient = self._recipient()
            self.exchange = Exchange(self.school)
            self.doubtful_field = self.doubtful.fields.get().pk

    def _school(self, number: int):
        county = make.unit(self.province, f"N{number}", "county")
        school = make.unit(county, f"S{number}", "school")
        klass = make.unit(school, f"S{number}-K1", "class")
        return school, klass, make.member(klass)

    def _reported(self) -> None:
        from lianfang.capabilities.daily_report.actions import sign_report

        sign_report(SYSTEM, unit=self.school, day=DAY, form=DAILY, values={"fever": 0}, nothing_to_report=True)
        self.report = UnitReport.objects.get()
        self.due = Due.objects.get(unit=self.school, kind=REPORT, line="territory")
        self.membership = Membership.objects.get(person=self.pupil)
        self.somebody: Account = make.account(self.klass, Role.SCREENER)
        self.grant = Grant.objects.get(account=self.somebody)
        self.token, _ = new_token(self.somebody, unit=self.klass)

    def _proposed(self, code: str, zh: str, en: str):
        from lianfang.capabilities.burden.actions import propose_form

        about = {
            "title": "登记表",
            "title_en": "Register",
            "purpose": "x",
            "answered_by": "people",
            "frequency": "once",
        }
        fields = [{"code": code, "zh": zh, "en": en}]
        return propose_form(SYSTEM, unit=self.school, code=code, fields=fields, seconds=9, **about)

    def _asked(self, code: str, zh: str, answered_by: str):
        from lianfang.capabilities.burden.actions import propose_form, publish_form

        about = {
            "title": zh,
            "title_en": code,
            "purpose": "x",
            "answered_by": answered_by,
            "frequency": "once",
            "seconds": 9,
        }
        fields = [{"code": "beds", "zh": zh, "en": f"For {code}", "required": False}]
        return publish_form(SYSTEM, form=propose_form(SYSTEM, unit=self.school, code=code, fields=fields, **about))

    def _recipient(self):
        from lianfang.capabilities.upward.actions import name_recipient

        about = {
            "name": "市直部门",
            "name_en": "City office",
            "layout": "city_office",
            "deadline": time(13),
            "file": "xlsx",
        }
        return name_recipient(SYSTEM, unit=self.school, **about)

    def draft(self) -> AnswerDraft:
        raw = make.answer(self.pupil, self.klass)
        policy = policy_of(self.klass, on=DAY)
        return parse_answer(raw, policy=policy, today=DAY, now=clock.now(), zone=self.klass.zone, channel="json")[0]

    def newcomer(self) -> PersonRef:
        return PersonRef(
            id_type="none",
            identity=None,
            id_reason="new",
            name="新生",
            phone="",
            birth_date=None,
            guardian_notice=None,
            ref="",
        )


def arguments(w: World) -> list[Mapping[str, dict | None]]:
    """What each action is given, in tables by area; an action without a line here fails a test."""
    tables = (
        _units_and_people, _answers_and_reports, _duties_and_rules, _forms, _exchanges,
        of_rules, of_cases, of_supplies, of_command, of_training, of_site, of_incidents, of_stays, of_briefings,
        of_surveillance,
        of_risks,
    )  # fmt: skip
    return [of(w) for of in tables]


def _units_and_people(w: World) -> dict:
    school, klass, pupil = w.school, w.klass, w.pupil
    return {
        "unit.opened": {"parent": school, "code": "S1-K9", "name": "新班", "kind": "class"},
        "unit.founded": {"code": "X", "name": "X", "kind": "province", "opened_on": DAY},
        "unit.changed": {"unit": klass, "name": "改名"},
        "unit.moved": {"unit": klass, "new_parent": school, "since": DAY},
        "unit.merged": {"unit": klass, "into": school, "since": DAY},
        "unit.closed": {"unit": klass, "last_day": DAY},
        "person.registered": {"unit": klass, "who": w.newcomer(), "kind": "learner", "since": DAY},
        "person.left": {"membership": w.membership, "last_day": DAY},
        "leave.approved": {
            "unit": klass, "person": pupil, "since": DAY, "until": DAY, "reason": "病假", "despite_recall": "x",
        },
        "guardian.confirmed": {"unit": klass, "guardian": w.far[2], "ward": pupil},
        "person.revealed": {"unit": klass, "person": pupil, "purpose": "call the family"},
        "account.opened": {"unit": klass, "handle": "new-head", "name": "新", "role": "class_head"},
        "account.member_opened": {"membership": w.membership},
        "account.tied": {"unit": klass, "account": w.somebody, "membership": w.membership},
        "account.first_opened": {"unit": school, "handle": "first", "name": "first"},
        "role.granted": {"unit": klass, "account": w.somebody, "role": "class_head"},
        "role.ended": {"unit": klass, "grant": w.grant},
    }  # fmt: skip


def _answers_and_reports(w: World) -> dict:
    school, klass, pupil = w.school, w.klass, w.pupil
    return {
        "answer.recorded": {"unit": klass, "person": pupil, "answer": w.draft(), "mode": "proxy"},
        "answers.imported": {"unit": klass, "among": [], "staged": None, "key": "import", "rows": 0},
        "class.checked": {"unit": klass, "day": DAY, "slot": "am", "observed_by": "head"},
        "contact.recorded": {"unit": klass, "person": pupil, "day": DAY, "slot": "am", "outcome": "no_answer"},
        "missing.reminded": {"unit": klass, "day": DAY, "slot": "am"},
        "report.drafted": {"unit": school, "day": DAY, "form": DAILY, "values": {}},
        "report.signed": {
            "unit": school,
            "day": DAY,
            "form": DAILY,
            "values": {"fever": 0},
            "nothing_to_report": True,
            "reason": "again",
        },
        "report.sent_back": {"superior": school.parent, "report": w.report, "reason": "figures"},
        "gap.explained": {"superior": school.parent, "due": w.due, "reason": "network"},
        "report.excused": {"superior": school.parent, "due": w.due, "reason": "summer leave"},
        "report.nudged": {"superior": school.parent, "day": DAY, "dues": [w.due]},
    }


def _duties_and_rules(w: World) -> dict:
    school, klass, pupil = w.school, w.klass, w.pupil
    return {
        "responsible.named": {"unit": school, "name": "校长"},
        "responsible.stepped_down": {"unit": school},
        "post.marked": {"unit": school, "on_post": True},
        "zone.assigned": {"unit": school, "name": "library", "owner": "馆员"},
        "screener.named": {"unit": school, "account": w.somebody},
        "unit.screened": {"unit": klass, "day": DAY, "people": [pupil], "findings": {}},
        "rules.adopted": {
            "unit": school,
            "code": "r",
            "title": "r",
            "basis": "b",
            "valid_from": DAY,
            "parameters": {"remind_minutes": 20},
        },
        "roster.entered": {"unit": klass, "entries": [], "how_many": 0},
        "token.issued": {"account": w.somebody, "unit": klass, "lasts": timedelta(days=1)},
        "token.revoked": {"token": w.token},
    }


def _forms(w: World) -> dict:
    school, klass, pupil = w.school, w.klass, w.pupil
    return {
        "form.proposed": {
            "unit": school,
            "code": "beds",
            "title": "床位",
            "purpose": "x",
            "answered_by": "units",
            "frequency": "weekly",
            "seconds": 9,
            "fields": [{"code": "beds", "zh": "隔离床位"}],
        },
        "form.revised": {"form": w.form, "fields": [{"code": "beds", "zh": "隔离床位"}]},
        "form.extended": {"form": w.asked, "fields": [{"code": "beds", "zh": "隔离床位", "required": False}]},
        "form.filled": {"unit": make.unit(school, "S1-OWN", "division"), "form": "stocks", "values": {}},
        "form.answered": {"unit": klass, "person": pupil, "form": "stay", "values": {"beds": 1}},
        "form.timed": {"form": w.form, "seconds": 9, "entries": 3},
        "form.published": {"form": w.form},
        "form.withdrawn": {"form": w.form, "reason": "done"},
        "likeness.decided": {"field": w.doubtful.fields.get(), "same": False, "reason": "of the office"},
    }


def _exchanges(w: World) -> dict:
    school = w.school
    return {
        "layout.defined": {
            "unit": school,
            "code": "brief",
            "title": "简表",
            "shape": "down",
            "lines": [{"item": "fever", "head": "发热"}],
        },
        "recipient.named": {
            "unit": school,
            "name": "区卫生健康局",
            "layout": "health_office",
            "deadline": time(14),
            "file": "xlsx",
        },
        "recipient.ended": {"recipient": w.recipient, "reason": "merged"},
        "copy.handed_over": {"recipient": w.recipient, "day": DAY},
        **exchanging(w.exchange),
        "import.received": None,
        "import.confirmed": None,
        "import.dropped": None,
        "register.exported": None,
    }
