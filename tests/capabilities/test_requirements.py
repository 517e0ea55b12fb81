"""Sets of requirements (要求清单, row B05): imported with placeholders, owned, closed by evidence, counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from lianfang.capabilities.requirements.actions import (
    add_requirement,
    assign_requirement,
    close_requirement,
    import_set,
    standing,
)
from lianfang.capabilities.requirements.models import Requirement
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]
SETS = ("five-strict-five-prevent", "seven-greater-efforts", "eight-strengthened")


@pytest.fixture
def site():
    return make.unit(make.root("S", "school"), "S-G", "site")


def everything_imported(site) -> list[Requirement]:
    manager = make.actor(site, Role.SITE_MANAGER)
    with make.acting(manager):
        for one in SETS:
            import_set(manager, unit=site, collection=one)
        return list(Requirement.objects.order_by("collection", "number"))


def test_B05_a_unit_shows_25_items_11_done_and_3_overdue_and_says_how_many_have_no_text(site):
    rows = everything_imported(site)
    manager = make.actor(site, Role.SITE_MANAGER)
    with make.acting(manager):
        for one in rows[:11]:
            close_requirement(manager, item=one, evidence="现场查看并留有记录")
        for one in rows[11:14]:
            assign_requirement(manager, item=one, owner="医务组", due_on=DAY - timedelta(days=1))
        assign_requirement(manager, item=rows[14], owner="后勤组", due_on=DAY, text="每日两次消毒")
        found = standing(site, DAY)
    assert (found.items, found.done, found.overdue, found.placeholders) == (25, 11, 3, 24)
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.account(site, Role.SITE_MANAGER), backend="django.contrib.auth.backends.ModelBackend")
    shown = client.get(f"/requirements/{site.code}").content.decode()
    for label, n in (("Items", 25), ("Done", 11), ("Overdue", 3), ("Text not given", 24)):
        assert label in shown.partition("</dl>")[0] and f">{n}</span>" in shown.partition("</dl>")[0], label
    assert "每日两次消毒" in shown and shown.count("The source does not give the text") == 24
    form = client.get(f"/requirements/{site.code}/close/{rows[20].pk}")
    assert form.status_code == 200
    refused = client.post(f"/requirements/{site.code}/close/{rows[20].pk}", {"evidence": " "})
    assert refused.status_code == 422
    given = {"evidence": "文件已发"}
    assert client.post(f"/requirements/{site.code}/close/{rows[20].pk}", given).status_code == 302


def test_B05_without_evidence_nothing_is_closed_and_what_is_closed_stays(site):
    (one, *_rest) = everything_imported(site)
    duty = make.actor(site, Role.DUTY_OFFICER)
    with make.acting(duty):
        with pytest.raises(Refused, match="required"):
            close_requirement(duty, item=one, evidence=" ")
        close_requirement(duty, item=one, evidence="已查")
        with pytest.raises(Refused, match=r"requirement\.closed"):
            close_requirement(duty, item=one, evidence="再查")
    with within(EVERYTHING):
        assert Requirement.objects.get(pk=one.pk).evidence == "已查"


def test_B05_a_set_is_taken_over_once_and_key_tasks_are_written_down_by_the_unit(site):
    everything_imported(site)
    manager = make.actor(site, Role.SITE_MANAGER)
    with make.acting(manager):
        for collection, code in (
            (SETS[0], "requirements.imported"), ("key-tasks", "requirements.empty"), ("x", "choice.unknown"),
        ):  # fmt: skip
            with pytest.raises(Refused) as refused:
                import_set(manager, unit=site, collection=collection)
            assert refused.value.code == code
        added = [add_requirement(manager, unit=site, collection="key-tasks", text=text) for text in ("甲", "乙")]
        import_set(manager, unit=site, collection="five-words")
    assert [one.number for one in added] == [1, 2]
    with within(EVERYTHING):
        words = Requirement.objects.filter(collection="five-words").order_by("number").values_list("text", flat=True)
        assert "".join(words) == "快狠严扩足"
