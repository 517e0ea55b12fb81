"""Accounts of people on a roster (本人账号): opened by its keeper, entered by a one-time link, one a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from lianfang.capabilities.access.members import open_member_account, tie_account
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account, Invitation
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.everything.places import entered
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def klass() -> Unit:
    with clock.at(at(8)):
        school = make.unit(make.root("P", "province"), "S1", "school")
        return make.unit(school, "S1-K1", "class")


def _on_roster(klass: Unit, number: int) -> Membership:
    who = make.member(klass, f"学生{number}")
    with within(EVERYTHING):
        return Membership.objects.select_related("unit", "person").get(person=who, unit=klass)


def _links() -> int:
    with within(EVERYTHING):
        return Invitation.objects.count()


def test_a_class_head_lets_somebody_in_once(klass):
    membership = _on_roster(klass, 1)
    head = make.actor(klass, "class_head")
    with clock.at(at(9)), make.acting(head):
        account = open_member_account(head, membership=membership)
        assert account.person_id == membership.person_id and not account.grants.exists()
        with pytest.raises(Refused, match=r"account\.person_has_one"):
            open_member_account(head, membership=membership)


def test_whoever_has_left_gets_no_account(klass):
    membership = _on_roster(klass, 1)
    membership.until = DAY - timedelta(days=1)
    head = make.actor(klass, "class_head")
    with clock.at(at(9)), make.acting(head), pytest.raises(Refused, match=r"person\.left_roster"):
        open_member_account(head, membership=membership)


def test_an_account_is_tied_to_one_person_and_nobody_ties_their_own(klass):
    membership, school = _on_roster(klass, 1), klass.parent
    boss, head = make.actor(school, "administrator"), make.account(klass, "class_head")
    with within(EVERYTHING):
        own = Account.objects.get(pk=boss.account_id)
    with clock.at(at(9)), make.acting(boss):
        with pytest.raises(Refused, match=r"flow\.own_request"):
            tie_account(boss, unit=school, account=own, membership=membership)
        assert tie_account(boss, unit=school, account=head, membership=membership).person_id == membership.person_id
        with pytest.raises(Refused, match=r"account\.person_has_one"):
            tie_account(boss, unit=school, account=head, membership=membership)


def test_the_page_of_a_person_leads_to_an_account_with_a_link_and_tying_gives_none(klass):
    membership = _on_roster(klass, 1)
    with clock.at(at(9)):
        client: Client = entered(make.account(klass.parent, "administrator"))
        address = f"/do/account.member_opened?membership={membership.pk}"
        assert address in client.get(f"/people/{membership.person_id}").content.decode()
        assert str(membership.pk) in client.get(address).content.decode()
        done = client.post("/do/account.member_opened", {"membership": str(membership.pk)}, follow=True)
        assert "/first/" in done.content.decode()
        assert address not in client.get(f"/people/{membership.person_id}").content.decode()
        links = _links()
        other, head = _on_roster(klass, 2), make.account(klass, "class_head")
        given = {"unit": klass.code, "account": head.handle, "membership": str(other.pk)}
        assert "/first/" not in client.post("/do/account.tied", given, follow=True).content.decode()
        assert _links() == links
