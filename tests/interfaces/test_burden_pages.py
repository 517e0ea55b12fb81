"""Pages of forms and of what they cost (报表与负担页面): whoever opens them, and whatever they send."""

from __future__ import annotations

import pytest
from django.test import Client

from lianfang.capabilities.burden.models import RegisteredForm
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.accounts.ops import new_account
from lianfang.kernel.scope import EVERYTHING, within
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]
ABOUT = {
    "unit": "S1", "code": "return_to_school", "title": "返校登记表", "purpose": "返校", "answered_by": "people",
    "frequency": "once", "seconds": "40",
}  # fmt: skip


def entered(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def owner() -> Client:
    return entered(make.account(make.root("S1", "school", "第一小学"), "administrator"))


def test_a_member_without_a_duty_sees_no_forms_and_nothing_breaks():
    klass = make.root("S1", "school")
    member = make.member(klass)
    with within(EVERYTHING):
        account = new_account("pupil", "学生")
        account.person_id = member.pk
        account.save()
    client = entered(account)
    assert client.get("/forms").status_code == 200
    assert [client.get(path).status_code for path in ("/forms/propose", "/burden/S1", "/dictionary/S1")] == [404] * 3


def test_what_was_typed_stays_when_a_field_is_refused(owner: Client):
    answer = owner.post("/forms/propose", {**ABOUT, "code": "Not a code", "zh-0": "寒假外出", "zh-1": "寒假外出"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="返校登记表"' in page and page.count('value="寒假外出"') == 2
    assert "begin with a letter" in page
    with within(EVERYTHING):
        assert not RegisteredForm.objects.exists()


def test_more_rows_are_added_without_proposing_anything(owner: Client):
    page = owner.post("/forms/propose", {**ABOUT, "zh-0": "寒假外出", "more": "yes"}).content.decode()
    assert 'value="寒假外出"' in page and "zh-7" in page
    with within(EVERYTHING):
        assert not RegisteredForm.objects.exists()


def test_a_field_chosen_from_the_dictionary_brings_its_own_words(owner: Client):
    answer = owner.post("/forms/propose", {**ABOUT, "held_as-0": "person.phone", "fill-0": "yes", "zh-1": "寒假外出"})
    assert answer.status_code == 302
    with within(EVERYTHING):
        fields = list(RegisteredForm.objects.get().fields.order_by("position"))
    assert [(one.code, one.zh, one.asked) for one in fields] == [
        ("phone", "手机号", False),
        ("field_2", "寒假外出", True),
    ]


def test_a_problem_of_publishing_leads_to_the_row_where_it_is_put_right(owner: Client):
    owner.post("/forms/propose", {**ABOUT, "zh-0": "寒假外出", "zh-1": "手机号码"})
    with within(EVERYTHING):
        form = RegisteredForm.objects.get()
    answer = owner.post(f"/forms/{form.pk}/publish")
    assert answer.status_code == 422
    assert f'href="/forms/{form.pk}/revise#f-row-1"' in answer.content.decode()


def test_a_day_still_to_come_is_refused_and_not_shown_as_if_it_were_today(owner: Client):
    assert owner.get("/burden/S1?day=2999-01-01").status_code == 422
    assert owner.get("/burden/S1").status_code == 200
