"""The list of events (操作记录): things and people by their names, as far as whoever reads may see them."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils.translation import override

from lianfang.capabilities.access.actions import end_role, grant_role
from lianfang.capabilities.persons.actions import approve_leave, end_membership
from lianfang.capabilities.responsibility.actions import assign_zone
from lianfang.interfaces.subjects import words_of
from lianfang.interfaces.titles import fact_words
from lianfang.interfaces.web.views.lists import table_of
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Grant
from lianfang.kernel.audit.models import Event
from lianfang.kernel.people.models import Membership
from lianfang.kernel.registers.register import registers
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, SHANGHAI

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]
KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}|\w+\.\w+:\w")


def page(role: str) -> str:
    school = make.root("S1", "school", "第一小学")
    klass = make.unit(school, "S1-K1", "class", "一班")
    pupil = make.member(klass, "学员甲")
    somebody = make.account(klass, "class_head", "head-1")
    with within(EVERYTHING):
        approve_leave(SYSTEM, unit=klass, person=pupil, since=DAY, until=DAY, reason="病假")
        assign_zone(SYSTEM, unit=school, name="图书馆", owner="馆员")
        grant_role(SYSTEM, unit=klass, account=somebody, role="screener")
        end_role(SYSTEM, unit=klass, grant=Grant.objects.get(role="screener"))
        end_membership(SYSTEM, membership=Membership.objects.get(), last_day=DAY)
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.account(school, role), backend="django.contrib.auth.backends.ModelBackend")
    return client.get("/list/events").content.decode()


def test_events_name_people_units_and_things_and_show_no_key():
    shown = page("administrator")
    rows = shown.partition("<tbody")[2].partition("</tbody>")[0]
    cells = re.sub(r"<[^>]*>", " ", rows)
    assert not KEY.search(cells), KEY.search(cells)
    for words in ("学员甲", "Zone: 图书馆", "class_head S1-K1, screener, Unit S1-K1", "Unit S1-K1 (S1-K1)"):
        assert words in cells, words


def test_whoever_sees_no_people_reads_what_happened_without_their_names():
    shown = page("auditor")
    assert "学员甲" not in shown
    assert "Leave approved" in shown and "Zone: 图书馆" in shown


def test_the_number_of_questions_does_not_grow_with_the_number_of_events(django_assert_max_num_queries):
    school = make.root("S1", "school")
    for n in range(30):
        make.unit(school, f"S1-K{n}", "class")
    with within(EVERYTHING):
        rows = list(Event.objects.select_related("unit"))
        assert len(rows) > 30
        with django_assert_max_num_queries(4):
            table_of(registers["events"], rows, SHANGHAI)


def test_a_unit_whose_code_is_the_number_of_another_is_not_taken_for_it():
    school = make.root("S1", "school", "第一小学")
    make.unit(school, str(school.pk), "class", "一班")
    with within(EVERYTHING):
        opened = Event(pk=0, kind="unit.opened", subject=f"orgs.unit:{school.pk}", facts={})
        assert words_of([opened])[0, "subject"] == "Example school S1 (S1)"


def test_what_a_fact_holds_within_itself_is_said_in_words():
    kept = {"things": ["mask", "soap"], "settings": {"in_use": True, "how_many": 3}, "items": []}
    with override("en"):
        assert fact_words(kept) == "Missing equipment: mask, soap, settings: In use: yes, How many: 3, Items: none"
    with override("zh-hans"):
        assert "{" not in fact_words(kept) and "True" not in fact_words(kept)
