"""One look before a request (请求前一问): what decides who somebody is, and by which rules, shows at the next one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianfang.interfaces.web import look
from lianfang.interfaces.web.templatetags import kept
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies import drills
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]


@pytest.fixture
def county() -> Unit:
    top = make.root("C", "county", "示例县")
    for n in range(2):
        make.unit(top, f"S{n}", "school")
    with within(EVERYTHING):
        open_day(DAY)
    return top


def signed_in(account: Account, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def status(client: Client, code: str = "C") -> int:
    return client.get(f"/board/{code}").status_code


def change(rows, **values) -> None:
    with within(EVERYTHING):
        assert rows.update(**values)


def test_a_role_that_was_ended_is_gone_at_the_next_request(county: Unit) -> None:
    officer = make.account(county, "officer")
    client = signed_in(officer)
    assert [status(client), status(client)] == [200, 200]
    change(Grant.objects.filter(account=officer), until=clock.now())
    assert status(client) == 404


def test_a_role_ends_by_time_alone(county: Unit) -> None:
    officer = make.account(county, "officer")
    change(Grant.objects.filter(account=officer), until=clock.now() + timedelta(minutes=30))
    client = signed_in(officer)
    assert [status(client), status(client)] == [200, 200]
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert status(client) == 404


def test_a_new_role_is_there_at_the_next_request(county: Unit) -> None:
    other = make.root("X", "county", "邻县")
    officer = make.account(county, "officer")
    client = signed_in(officer)
    assert [status(client, "X"), status(client, "X")] == [404, 404]
    with within(EVERYTHING):
        mine = Grant.objects.get(account=officer)
        Grant.objects.create(account=officer, role="officer", unit=other, since=mine.since, until=mine.until)
    assert status(client, "X") == 200


@pytest.mark.parametrize("values", [{"is_active": False}, {"password": "!nobody"}])
def test_an_account_that_was_closed_or_got_another_password_is_signed_out(county: Unit, values) -> None:
    officer = make.account(county, "officer")
    client = signed_in(officer)
    assert [status(client), status(client)] == [200, 200]
    change(Account.objects.filter(pk=officer.pk), **values)
    assert status(client) == 302


def test_a_session_that_was_ended_elsewhere_has_ended(county: Unit) -> None:
    client = signed_in(make.account(county, "officer"))
    assert [status(client), status(client)] == [200, 200]
    Session.objects.all().delete()
    assert status(client) == 302


def test_who_signed_out_is_out_and_the_next_one_is_somebody_else(county: Unit) -> None:
    client, other = signed_in(make.account(county, "officer", "one")), make.account(county, "leader", "two")
    assert "/sign-out" in client.get("/board/C").content.decode()
    client.post("/sign-out")
    assert status(client) == 302
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    assert f'data-account="{other.pk}"' in client.get("/board/C").content.decode()


def test_a_unit_that_was_renamed_is_called_by_its_new_name(county: Unit) -> None:
    client = signed_in(make.account(county, "officer"))
    for _ in range(2):
        assert "Example county C" in client.get("/today").content.decode()
    change(Unit.objects.filter(pk=county.pk), name_en="County with a new name")
    assert "County with a new name" in client.get("/today").content.decode()


def test_what_a_request_does_with_its_actor_stays_with_it(county: Unit) -> None:
    client = signed_in(make.account(county, "officer"))
    client.get("/board/C")
    first, second = client.get("/board/C").wsgi_request.actor, client.get("/board/C").wsgi_request.actor
    assert first == second
    assert first.posts[0].unit is not second.posts[0].unit


def test_new_rules_are_in_force_at_the_next_request(county: Unit) -> None:
    client = signed_in(make.account(county, "officer"))

    def answers_are_due() -> str:
        request = client.get("/board/C").wsgi_request
        return f"{look.rules_on(request, DAY).of(county).answer_due:%H:%M}"

    assert answers_are_due() == answers_are_due() != "09:41"
    make.rules(county, answer_due="09:41")
    assert answers_are_due() == "09:41"


def test_a_drill_that_begins_shows_its_time_at_the_next_request(county: Unit) -> None:
    client = signed_in(make.account(county, "officer"))
    assert 'class="drill"' not in client.get("/board/C").content.decode()
    try:
        with within(EVERYTHING):
            drills.start(at(9, 0), "exercise")
        assert 'class="drill"' in client.get("/board/C").content.decode()
    finally:
        clock.run_ahead_by(timedelta(0))


def test_menus_that_were_written_for_one_are_not_shown_to_another(county: Unit) -> None:
    kept._kept.clear()
    school = Unit.objects.get(code="S0")
    officer, head = signed_in(make.account(county, "officer")), signed_in(make.account(school, "duty_officer"))
    for _ in range(2):
        mine, theirs = officer.get("/today").content.decode(), head.get("/today").content.decode()
        assert "/board/C" in mine
        assert "/board/C" not in theirs
        assert "/board/S0" in theirs
    assert kept._kept


def test_menus_are_kept_by_language(county: Unit) -> None:
    officer = make.account(county, "officer")
    for _ in range(2):
        assert "My day" in signed_in(officer).get("/today").content.decode()
        assert "My day" not in signed_in(officer, "zh-CN").get("/today").content.decode()


def test_a_board_that_is_opened_again_asks_few_questions(county: Unit) -> None:
    client = signed_in(make.account(county, "officer"))
    client.get("/board/C")
    with CaptureQueriesContext(connection) as asked:
        client.get("/board/C")
    reads = [one for one in asked.captured_queries if "SELECT" in one["sql"]]
    assert len(reads) <= 8  # two of them for what is hidden of small counts
