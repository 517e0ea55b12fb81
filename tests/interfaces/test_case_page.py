"""Pages of cases and contacts (病例密接页): who sees them, deciding row by row, rules in words, chain, indicators."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.test import Client

from lianfang.capabilities.cases.actions import (
    classify_case,
    contact_became_case,
    decide_contacts,
    link_cases,
    record_visit,
)
from lianfang.capabilities.cases.models import Case, Contact
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from tests import make
from tests.cases_world import EVENING, Campus
from tests.make import DAY, acting, at

pytestmark = pytest.mark.django_db
MOST_QUERIES = 40


@pytest.fixture
def campus():
    with clock.at(EVENING):
        yield Campus()


def entered(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(client: Client, address: str, status: int = 200) -> str:
    """The page as text, a blank between its parts."""
    answer = client.get(address)
    assert answer.status_code == status, address
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def proposed(campus: Campus):
    with acting(campus.doctor):
        case = campus.case()
        campus.proposed(case)
        return case, list(Contact.objects.select_related("person").order_by("-score", "pk"))


def test_a_case_is_opened_by_name_from_the_page(campus):
    client = entered(campus.account)
    given = {"name": "寄宿生", "definition": "fever_respiratory", "source": "reading", "celsius": "38.1"}
    done = client.post("/cases/open", given | {"date_onset": str(DAY)})
    assert done.status_code == 302
    said = words(client, done["Location"])
    assert "S-1 寄宿生" in said and "38.1 ℃" in said


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"name": "没有这个人"}, "Nobody of this name"),
        ({"name": ""}, "Name"),
        ({"celsius": "83.1"}, "43.0"),
        ({"date_onset": "2027-01-01"}, "onset"),
        ({"definition": "flu"}, "definition"),
    ],
)
def test_what_cannot_be_comes_back_with_the_entry_kept(campus, given, says):
    wanted = {"name": "寄宿生", "definition": "fever_respiratory", "source": "reading", "date_onset": str(DAY)}
    answer = entered(campus.account).post("/cases/open", wanted | given)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert str(DAY) in answer.content.decode() or "date_onset" in given
    with acting(campus.doctor):
        assert not Case.objects.exists()


def test_the_page_proposes_and_takes_a_decision_with_a_reason_for_each_row(campus):
    with acting(campus.doctor):
        case = campus.case()
    client, here = entered(campus.account), f"/cases/{case.pk}"
    assert "Propose contacts" in words(client, here)
    client.post(f"{here}/propose")
    said = words(client, here)
    assert "To decide 41" in said and "3号楼301" in client.get(here).content.decode()
    with acting(campus.doctor):
        rows = list(Contact.objects.filter(case=case).order_by("-score", "pk"))
    given = {f"d-{one.pk}": "keep" if n < 17 else "advise" for n, one in enumerate(rows)}
    given |= {f"r-{one.pk}": f"理由{n % 3}" for n, one in enumerate(rows)}
    assert client.post(f"{here}/decide", given).status_code == 302
    said = words(client, here)
    assert "To decide 0 Followed up 17 Advised 24" in said
    assert said.count("No account: please advise by phone") == 24
    assert client.post(f"{here}/contacts/{rows[20].pk}/told").status_code == 302
    assert words(client, here).count("No account: please advise by phone") == 23
    with acting(campus.doctor):
        assert {one.decision_reason for one in Contact.objects.filter(state="under_follow_up")} == {
            "理由0", "理由1", "理由2"
        }  # fmt: skip


def test_a_decision_without_a_reason_saves_nothing_and_keeps_the_choices(campus):
    case, rows = proposed(campus)
    given = {f"d-{rows[0].pk}": "advise", f"d-{rows[1].pk}": "keep", f"r-{rows[1].pk}": " "}
    answer = entered(campus.account).post(f"/cases/{case.pk}/decide", given)
    assert answer.status_code == 422
    assert 'value="advise" selected' in answer.content.decode()
    with acting(campus.doctor):
        assert Contact.objects.filter(state="proposed").count() == 41


def test_the_rule_is_read_in_words_with_what_each_condition_came_to(campus):
    with acting(campus.doctor):
        case = campus.case()
    said = words(entered(campus.account), f"/cases/{case.pk}")
    assert "By the rules: suspected case" in said
    assert "✓ yes temperature 37.3 ℃ or above" in said
    assert "? not known laboratory test positive" in said


def test_a_classification_stands_in_the_history_with_its_rule(campus):
    with acting(campus.doctor):
        case = campus.case()
        classify_case(campus.doctor, case=case, into="suspected")
    said = words(entered(campus.account), f"/cases/{case.pk}")
    assert (
        "Case classified: suspected case" in said
        and "as the rules propose, standard case definitions, since 2000-01-01" in said
    )
    assert "fever_respiratory" not in said  # a code is no word


def test_another_class_without_a_reason_is_refused_in_words(campus):
    with acting(campus.doctor):
        case = campus.case()
    answer = entered(campus.account).post(f"/cases/{case.pk}/classify", {"into": "confirmed"})
    assert answer.status_code == 422
    assert "not what the rules propose" in answer.content.decode()


@pytest.mark.parametrize("role", ["leader", "administrator", "officer", "auditor", "class_head", "screener"])
def test_nobody_else_finds_the_pages(campus, role):
    case, _rows = proposed(campus)
    client = entered(make.account(campus.school, role))
    assert client.get(f"/cases/{case.pk}").status_code == 404
    assert client.get("/cases").status_code == 404
    assert client.get("/cases/kpis?unit=S").status_code == 404
    assert client.post(f"/cases/{case.pk}/propose").status_code == 404
    assert client.get("/cases/chains.csv").content.decode().count("\n") <= 1


def test_the_reporting_officer_sees_the_case_and_who_is_followed_but_nobody_only_advised(campus):
    case, rows = proposed(campus)
    with acting(campus.doctor):
        decide_contacts(campus.doctor, case=case, contacts=rows[:2], decision="keep", reason="同住")
        decide_contacts(campus.doctor, case=case, contacts=rows[2:], decision="advise")
    names = {str(one.pk): one.person.name for one in rows}
    said = words(entered(make.account(campus.school, "duty_officer")), f"/cases/{case.pk}")
    seen = {name for name in names.values() if name in said}
    assert seen == {rows[0].person.name, rows[1].person.name}
    assert "Save the decisions" not in said


def test_a_visit_is_recorded_with_one_press_and_marks_the_day(campus):
    case, rows = proposed(campus)
    with acting(campus.doctor):
        decide_contacts(campus.doctor, case=case, contacts=rows[:1], decision="keep", reason="同住")
    with clock.at(at(9, day=DAY + timedelta(days=1))):
        client = entered(campus.account)
        assert rows[0].person.name in words(client, "/cases").partition("Follow-up visits today")[2]
        client.post(f"/cases/{case.pk}/contacts/{rows[0].pk}/visit", {"outcome": "well"})
        page = client.get(f"/cases/{case.pk}").content.decode()
    assert page.count('<i class="day-done"></i>') == 2, "one day, and the legend"
    assert 'aria-label="seen 1, to come 13"' in page


def test_a_contact_who_falls_ill_becomes_a_case_in_the_chain_and_in_the_file(campus):
    case, rows = proposed(campus)
    with acting(campus.doctor):
        decide_contacts(campus.doctor, case=case, contacts=rows[:3], decision="keep", reason="同住")
    with clock.at(at(9, day=DAY + timedelta(days=3))):
        client = entered(campus.account)
        onset = str(DAY + timedelta(days=3))
        done = client.post(f"/cases/{case.pk}/contacts/{rows[0].pk}/became", {"date_onset": onset})
        page = client.get(done["Location"]).content.decode()
        table = list(csv.DictReader(io.StringIO(client.get("/cases/chains.csv").content.decode("utf-8-sig"))))
    assert 'class="chain"' in page and "S-2" in page
    assert [(row["id"], row["infector"], row["generation"], row["serial_interval"]) for row in table] == [
        ("S-2", "S-1", "1", "3"),
        ("S-1", "", "0", ""),
    ] or [(row["id"], row["infector"]) for row in sorted(table, key=lambda r: r["id"])] == [("S-1", ""), ("S-2", "S-1")]


def test_an_impossible_order_is_said_under_the_chain(campus):
    with acting(campus.doctor):
        first = campus.case(person=campus.others[0], date_onset=DAY)
        second = campus.case(person=campus.others[1], date_onset=DAY - timedelta(days=2))
        link_cases(campus.doctor, infectee=second, infector=first, certainty="likely", evidence="interview")
    assert "Fell ill before its infector: S-2 ← S-1." in words(entered(campus.account), f"/cases/{first.pk}")


def test_the_indicators_have_numerators_denominators_and_what_is_not_known(campus):
    case, rows = proposed(campus)
    with acting(campus.doctor):
        decide_contacts(campus.doctor, case=case, contacts=rows[:2], decision="keep", reason="同住")
        with clock.at(at(9, day=DAY + timedelta(days=1))):
            record_visit(campus.doctor, contact=rows[0], outcome="well")
    with clock.at(at(23, day=DAY + timedelta(days=1))):
        said = words(entered(campus.account), f"/cases/kpis?unit=S&from={DAY}&to={DAY}")
    assert "followed up: told, and in isolation, within 24 h of being named. 50.0% 1/2 0" in said
    assert "Onset to report 1 0.9 0.9" in said and "2.0 contacts a case" in said
    assert "isolated in time Of the confirmed cases" in said
    assert "One is owed for each contact and day. 50.0% 1/2 0" in said
    assert "reported within 24 h of it. — 0/0 1" in said


def test_the_span_of_the_indicators_cannot_end_before_it_begins(campus):
    answer = entered(campus.account).get(f"/cases/kpis?unit=S&from={DAY}&to=2020-01-01")
    assert answer.status_code == 422


def test_a_case_page_with_its_41_contacts_is_light(campus, django_assert_max_num_queries):
    case, rows = proposed(campus)
    with acting(campus.doctor):
        decide_contacts(campus.doctor, case=case, contacts=rows[:17], decision="keep", reason="同住")
    client = entered(campus.account)
    with django_assert_max_num_queries(MOST_QUERIES):
        answer = client.get(f"/cases/{case.pk}", headers={"Accept-Encoding": "gzip"})
    assert len(answer.content) <= 60 * 1024


def test_other_cases_contacts_cannot_be_reached_through_this_one(campus):
    case, rows = proposed(campus)
    with acting(campus.doctor):
        other = campus.case(person=campus.others[0])
    client = entered(campus.account)
    assert client.post(f"/cases/{other.pk}/contacts/{rows[0].pk}/visit", {"outcome": "well"}).status_code == 404
    assert client.post(f"/cases/{case.pk}/contacts/{rows[0].pk}/dance").status_code == 404
    assert client.post(f"/cases/{case.pk}/dance").status_code == 404


def test_a_contact_found_twice_becomes_one_case_only(campus):
    case, rows = proposed(campus)
    with acting(campus.doctor):
        decide_contacts(campus.doctor, case=case, contacts=rows[:1], decision="keep", reason="同住")
        contact_became_case(campus.doctor, contact=rows[0])
    answer = entered(campus.account).post(f"/cases/{case.pk}/contacts/{rows[0].pk}/became")
    assert answer.status_code == 422
    assert "not followed up" in answer.content.decode()


@pytest.mark.parametrize("name", ["cases", "contacts", "exposures", "links", "follow-ups"])
def test_every_register_is_a_list_a_file_and_an_api(campus, name):
    case, rows = proposed(campus)
    with acting(campus.doctor):
        decide_contacts(campus.doctor, case=case, contacts=rows[:2], decision="keep", reason="同住")
        contact_became_case(campus.doctor, contact=rows[0])
    client = entered(campus.account)
    assert len(words(client, f"/list/{name}?unit=S")) > 100
    assert client.get(f"/api/v1/{name}/").json()["rows"]
    assert client.get("/api/v1/contacts/?state=advised").status_code == 200
