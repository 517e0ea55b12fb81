"""The page "What if" (推演页测试): filled in from the records, answered by chance, refused by field."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from lianfang.domain.roles import Role
from lianfang.interfaces.web.views.what_if_form import first_values
from lianfang.kernel import clock
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


def school_with(*sizes: int) -> Unit:
    school = make.unit(make.root(), "S7", "school")
    for number, size in enumerate(sizes):
        make.members(make.unit(school, f"S7-K{number}", "class"), size)
    return school


def reading(unit: Unit, role: Role = Role.DUTY_OFFICER) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.account(unit, role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def asked(unit: Unit, **more: Any) -> dict[str, str]:
    with clock.at(at(12)), within(EVERYTHING):
        first = first_values(unit, policy_of(unit, on=DAY))
    return {**first, "seed": "3", "days": "60", **{name: str(value) for name, value in more.items()}}


def test_the_form_holds_at_first_what_the_rosters_say():
    school = school_with(4, 6)
    values = asked(school)
    assert (values["a_classes"], values["a_class_size"], values["b_classes"]) == ("2", "5", "2")
    assert (values["a_desk"], values["b_desk"]) == ("2", "1")
    with clock.at(at(12)):
        page = reading(school).get("/what-if/S7").content.decode()
    assert 'name="a_class_size" class="short" inputmode="numeric" value="5"' in page
    assert "what-if-table" not in page


def test_two_plans_are_compared_within_five_seconds_with_assumptions_and_seed_beside():
    school = school_with()
    began = time.process_time()
    with clock.at(at(12)):
        answer = reading(school).get("/what-if/S7", asked(school))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert time.process_time() - began < 5
    assert "<svg" in page
    assert page.count('<td class="num"><b>') == 10
    assert "seed 3" in page or "种子 3" in page
    assert len(page.encode()) < 60 * 1024


def test_the_same_address_gives_the_same_answer_and_another_seed_another_one():
    school = school_with()

    def table(seed: int) -> str:
        page = client.get("/what-if/S7", asked(school, seed=seed)).content.decode()
        return page[page.index('<table class="what-if-table">') : page.index("</table>")]

    with clock.at(at(12)):
        client = reading(school)
        assert table(3) == table(3)
        assert table(3) != table(4)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("a_desk", "5"), ("a_class_size", ""), ("b_tests", "9"), ("b_delay", "soon"), ("b_sensitivity", "101"),
        ("r", "-1"), ("serial", "1"), ("incubation", "0.5"), ("imported", "1001"), ("days", "100000"), ("seed", "x"),
        ("a_classes", "1000"), ("b_contacts", "all"), ("r", "nan"), ("r", "1e9"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(field: str, value: str):
    school = school_with()
    with clock.at(at(12)):
        answer = reading(school).get("/what-if/S7", asked(school, **{field: value}))
    page = answer.content.decode()
    assert answer.status_code == 422
    named = {field, f"a_{field}", f"b_{field}"}
    assert any(f'href="#f-{one}"' in page for one in named)
    assert "what-if-table" not in page


@pytest.mark.parametrize("role", [Role.CLASS_HEAD, Role.GUARD, Role.KITCHEN])
def test_who_neither_leads_nor_has_duty_finds_no_such_page(role: Role):
    school = school_with()
    with clock.at(at(12)):
        assert reading(school, role).get("/what-if/S7").status_code == 404


def test_an_institution_elsewhere_is_not_asked_about():
    school_with()
    other = make.unit(make.root("Q"), "S8", "school")
    with clock.at(at(12)):
        assert reading(other).get("/what-if/S7").status_code == 404


def test_divisions_that_keep_rosters_count_as_classes_and_the_page_says_where_its_figures_are_from():
    school = make.unit(make.root(), "S7", "school")
    for number, size in enumerate((3, 5)):
        make.members(make.unit(school, f"S7-D{number}", "division"), size)
    values = asked(school)
    assert (values["a_classes"], values["a_class_size"], values["b_class_size"]) == ("2", "4", "4")
    with clock.at(at(12)):
        assert "2 classes or divisions, of 4 persons in the mean" in reading(school).get("/what-if/S7").content.decode()


def test_without_rosters_the_page_says_that_its_figures_are_the_usual_ones():
    school = school_with()
    with clock.at(at(12)):
        page = reading(school).get("/what-if/S7").content.decode()
    assert "No rosters are known here" in page
    assert "Your rosters" not in page


def test_runs_with_equally_many_cases_are_no_win_of_plan_b():
    school = school_with(4, 6)
    with clock.at(at(12)):
        answer = reading(school).get("/what-if/S7", asked(school, r=0)).content.decode()
    assert "there are equally many cases in every pair of runs" in answer
    assert "fewer cases" not in answer
