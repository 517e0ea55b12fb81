"""The register of outcome indicators (成效指标台账): numerator, denominator, period source, as they were counted."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from lianfang.capabilities.briefings import counting
from lianfang.capabilities.briefings.actions import compose_briefing
from lianfang.capabilities.briefings.counting import count_indicators
from lianfang.capabilities.briefings.models import CountedIndicator
from lianfang.domain.outcomes import Outcome
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.stays_world import START, Site, admitted, guest, moment, site

pytestmark = pytest.mark.django_db
LAST = date(2020, 2, 4)
EVENING = moment("02-04", 20)


@pytest.fixture
def observed() -> Site:
    """Twelve guests on the first day; it is the evening of the fifth day after."""
    world = site(rooms=13)
    admitted(world, [guest() for _ in range(12)], moment("01-30", 14))
    return world


def counted(where: Site, until: date = LAST) -> list[CountedIndicator]:
    with clock.at(EVENING), within(EVERYTHING):
        return count_indicators(SYSTEM, unit=where.unit, since=START, until=until)


def entered(where: Unit, role: str, lang: str = "en") -> Client:
    with clock.at(EVENING):
        account = make.account(where, role)
    client = Client(headers={"accept-language": lang})
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_S02_the_register_shows_numerator_denominator_period_and_source_on_page_api_and_file(observed: Site):
    counted(observed)
    client = entered(observed.unit, "leader")
    with clock.at(EVENING):
        page = client.get("/list/indicators").content.decode()
        rows = client.get("/api/v1/indicators/?indicator=observed.infected").json()["rows"]
        file = b"".join(client.get("/api/v1/indicators/?format=csv")).decode("utf-8-sig")  # type: ignore[call-overload]
        zh = entered(observed.unit, "auditor", "zh-hans").get("/list/indicators").content.decode()
    assert "0 of 12 over 60 person-days" in page
    assert "12 人中 0 人，观察 60 人日" in zh
    (row,) = rows
    assert (row["numerator"], row["denominator"], row["person_days"]) == (0, 12, 60)
    assert (row["since"], row["until"], row["source"]) == ("2020-01-30", "2020-02-04", "records of stays")
    assert row["of_whom"] == "people admitted to observation within the period"
    assert "0 of 12 over 60 person-days" in file


def test_S02_a_small_numerator_is_hidden_and_not_even_kept(observed: Site, monkeypatch: pytest.MonkeyPatch):
    found = [Outcome("observed.infected", START, LAST, 3, 252, 3528), Outcome("observed.lost", START, LAST, 12, 252)]
    monkeypatch.setattr(counting, "outcomes", lambda *_period: found)
    small, other = counted(observed)
    assert (small.count, small.below, small.percent) == (None, 5, None)
    assert (other.count, other.below, str(other.percent)) == (12, None, "4.8")
    with clock.at(EVENING):
        rows = entered(observed.unit, "leader").get("/api/v1/indicators/").json()["rows"]
    by_name = {row["indicator"]: row for row in rows}
    assert by_name["Infected among those observed"]["numerator"] == {"below": 5}
    assert by_name["Infected among those observed"]["result"] == "fewer than 5 of 252 over 3,528 person-days"
    with within(EVERYTHING), pytest.raises(IntegrityError), transaction.atomic():
        CountedIndicator.objects.filter(pk=small.pk).update(count=3)


def test_the_same_figures_are_kept_once_and_others_as_a_further_version(observed: Site):
    assert [one.version for one in counted(observed)] == [1, 1]
    with pytest.raises(Refused) as refused:
        counted(observed)
    assert refused.value.code == "indicators.unchanged"
    admitted(observed, [guest()], moment("02-02", 14), first_room=13)
    again = counted(observed)
    assert [(one.code, one.version, one.people, one.person_days) for one in again] == [
        ("observed.infected", 2, 13, 62), ("observed.lost", 2, 13, 62),
    ]  # fmt: skip


def test_a_period_without_anybody_or_turned_round_or_to_come_is_refused(observed: Site):
    with clock.at(EVENING), within(EVERYTHING):
        for since, until, code in (
            (date(2019, 1, 1), date(2019, 2, 1), "indicators.none"),
            (LAST, START, "date.order"),
            (START, date(2020, 2, 5), "date.in_future"),
        ):
            with pytest.raises(Refused) as refused:
                count_indicators(SYSTEM, unit=observed.unit, since=since, until=until)
            assert (refused.value.code, refused.value.problems[0].field) == (code, "until")


def test_whoever_composes_a_briefing_has_the_year_counted_with_it(observed: Site):
    with clock.at(EVENING):
        officer = make.actor(observed.unit, "duty_officer")
        with make.acting(officer):
            compose_briefing(officer, unit=observed.unit, day=LAST)
    with within(EVERYTHING):
        rows = list(CountedIndicator.objects.order_by("code"))
    assert [(one.code, one.count, one.people, one.person_days) for one in rows] == [
        ("observed.infected", 0, 12, 60), ("observed.lost", 0, 12, 60),
    ]  # fmt: skip
    assert {(one.since, one.until, one.by) for one in rows} == {(LAST - counting.PERIOD, LAST, officer.name)}


def test_another_institution_sees_none_of_the_counts(observed: Site):
    counted(observed)
    with clock.at(EVENING):
        other = make.unit(make.root("XX", "county"), "XX-1", "school")
        client = entered(other, "leader")
        assert client.get("/api/v1/indicators/").json()["rows"] == []
