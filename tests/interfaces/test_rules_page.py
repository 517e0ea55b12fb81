"""The pages of rules and risk areas (规则页、风险地区页): looked at before they are adopted, refused by field."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from lianfang.capabilities.risk_areas.models import Area, AreaList
from lianfang.capabilities.rules.actions import adopt_edition
from lianfang.interfaces.web.views.risk_areas import entries_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]
ADOPT = {"edition": "cn-9th", "valid_from": "2026-03-02", "basis": "示例〔2026〕1号"}


def entered(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(answer: object) -> str:
    """The main part of a page as text."""
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]  # type: ignore[attr-defined]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.fixture
def county() -> Unit:
    return make.root("C", "county")


@pytest.fixture
def school(county: Unit) -> Unit:
    with clock.at(at(6)):
        return make.unit(county, "S", "school")


@pytest.fixture
def officer(school: Unit) -> Client:
    with clock.at(at(6)):
        return entered(make.account(school, "officer"))


def adopted(unit: Unit, edition: str) -> None:
    with within(EVERYTHING):
        adopt_edition(SYSTEM, unit=unit, edition=edition, basis="文号")


def test_before_anything_is_adopted_the_generic_pack_is_shown_and_every_edition_offered(officer: Client) -> None:
    said = words(officer.get("/rules/S"))
    assert "Generic school rule pack" in said
    assert said.count("Look what it changes") == 8


def test_the_preview_says_what_changes_and_writes_nothing(officer: Client, school: Unit) -> None:
    adopted(school, "cn-8th")
    said = words(officer.get("/rules/S/preview?edition=cn-9th"))
    assert "days a contact is observed at a site; 0 = not observed 14 7 Control protocol, 9th edition" in said
    assert "Nothing that is under way is touched" in said
    assert RulePack.objects.count() == 1


def test_a_number_that_nothing_in_the_product_follows_says_so_where_it_is_shown(officer: Client, school: Unit) -> None:
    shown = words(officer.get(f"/rules/{school.code}/preview?edition=cn-9th"))
    assert "contact is sampled (kept on record; the product does nothing by it)" in shown
    assert "days after release on which a sample is taken (kept" not in shown


def test_adopting_on_the_page_ends_the_one_before(officer: Client, school: Unit) -> None:
    adopted(school, "cn-8th")
    answer = officer.post("/rules/S/adopt", ADOPT, follow=True)
    assert "Edition adopted" in words(answer)
    before = RulePack.objects.get(code="cn-8th")
    assert str(before.valid_until) == "2026-03-01"
    assert "2026-03-02 – no end set" in words(officer.get("/rules/S"))


@pytest.mark.parametrize(
    ("given", "link", "sentence"),
    [
        ({"basis": ""}, "#f-basis", "A basis with its document number must be given."),
        ({"valid_from": "2021-01-01"}, "#f-valid_from", "cn-8th"),
        ({"valid_from": "soon"}, "#f-valid_from", "date"),
    ],
)
def test_a_refusal_stands_at_its_field(officer: Client, school: Unit, given: dict, link: str, sentence: str) -> None:
    with within(EVERYTHING):
        adopt_edition(SYSTEM, unit=school, edition="cn-8th", basis="文号")
        RulePack.objects.update(valid_from="2021-01-01", valid_until="2026-06-30")
    answer = officer.post("/rules/S/adopt", ADOPT | given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert (link in page or "#f-valid_until" in page) and sentence in page
    assert RulePack.objects.count() == 1


def test_a_looser_edition_than_the_countys_is_shown_and_refused(officer: Client, county: Unit) -> None:
    adopted(county, "cn-8th")
    said = words(officer.get("/rules/S/preview?edition=cn-9th"))
    assert "A higher unit asks for more" in said
    answer = officer.post("/rules/S/adopt", ADOPT)
    assert answer.status_code == 422
    assert "A lower unit may ask for more, not for less." in words(answer)


def test_an_unknown_edition_is_said_and_nothing_fails(officer: Client) -> None:
    for address in (
        "/rules/S/preview?edition=x",
        "/rules/S/preview",
        "/rules/S?day=x",
        "/rules/S/preview?edition=cn-9th&valid_from=x",
    ):
        assert officer.get(address).status_code in (302, 422), address
    assert officer.post("/rules/S/adopt", {"edition": "x"}).status_code == 302


def test_a_class_head_may_read_the_rules_of_the_class_and_not_adopt(school: Unit) -> None:
    with clock.at(at(6)):
        head = entered(make.account(make.unit(school, "K", "class"), "class_head"))
    assert "Basis" not in words(head.get("/rules/K/preview?edition=cn-9th"))
    assert head.post("/rules/K/adopt", ADOPT).status_code == 404
    assert head.get("/rules/S").status_code == 404


OWN = {
    "title": "本校规定", "code": "own", "hazard": "any", "valid_from": "2026-03-02", "basis": "校发〔2026〕2号",
    "parameters": "observation_days = 21\ncluster_same_day = 2",
}  # fmt: skip


def test_own_numbers_are_looked_at_before_they_are_adopted(officer: Client) -> None:
    said = words(officer.post("/rules/S/own", OWN | {"look": "yes"}))
    assert "days a contact is observed at a site; 0 = not observed 14 21" in said
    assert not RulePack.objects.exists()
    officer.post("/rules/S/own", OWN | {"adopt": "yes"})
    assert RulePack.objects.get().parameters == {"observation_days": 21, "cluster_same_day": 2}


@pytest.mark.parametrize(
    ("given", "link"),
    [
        ({"parameters": "observation_days = many"}, "#f-parameters"), ({"parameters": "x = 1"}, "#f-parameters"),
        ({"parameters": "observation_days = -1"}, "#f-parameters"), ({"code": " "}, "#f-code"),
        ({"valid_from": "soon"}, "#f-valid_from"), ({"basis": ""}, "#f-basis"),
    ],
)  # fmt: skip
def test_own_numbers_that_nobody_could_follow_stand_at_their_field(officer: Client, given: dict, link: str) -> None:
    for press in ("look", "adopt"):
        answer = officer.post("/rules/S/own", OWN | given | {press: "yes"})
        assert answer.status_code == 422
        assert link in answer.content.decode()
    assert not RulePack.objects.exists()


def test_own_numbers_below_the_countys_are_shown_and_refused(officer: Client, county: Unit) -> None:
    adopted(county, "cn-8th")
    less = OWN | {"hazard": "respiratory-2019", "parameters": "observation_days = 7"}
    assert "A higher unit asks for more" in words(officer.post("/rules/S/own", less | {"look": "yes"}))
    answer = officer.post("/rules/S/own", less | {"adopt": "yes"})
    assert answer.status_code == 422 and "#f-parameters" in answer.content.decode()


@pytest.mark.parametrize(("lang", "word"), [("zh", "防控方案（第九版）"), ("en", "Control protocol, 9th edition")])
def test_the_editions_are_shown_in_words_by_the_command(lang: str, word: str, capsys, school: Unit) -> None:
    from lianfang.interfaces.commands.main import main

    adopted(school, "cn-8th")
    assert main(["show", "editions", "--lang", lang]) == 0
    said = capsys.readouterr().out
    assert word in said and "14 → 7" in said
    assert main(["show", "rules", "--unit", "S", "--lang", lang]) == 0
    assert "cn-8th" in capsys.readouterr().out


def test_a_list_is_typed_line_by_line() -> None:
    assert entries_of("510104 示例 县\t高\n\n420100,Example city,medium\n51") == [
        {"code": "510104", "name": "示例 县", "level": "high"},
        {"code": "420100", "name": "Example city", "level": "medium"},
        {"code": "51", "name": "", "level": ""},
    ]


def test_a_list_is_published_on_the_page_and_the_next_form_holds_it(officer: Client) -> None:
    assert "No list has been published here." in words(officer.get("/areas/S"))
    officer.post("/areas/S", {"entries": "510104 示例县 中\n420100 示例市 高", "basis": "公告"})
    with within(EVERYTHING):
        assert Area.objects.count() == 2
    said = words(officer.get("/areas"))
    assert "version 1" in said and "420100 示例市 high" in said


def test_a_line_that_is_no_area_is_named_by_its_number_and_kept(officer: Client) -> None:
    answer = officer.post("/areas/S", {"entries": "510104 示例县 中\nx 示例市 高", "basis": "公告"})
    assert answer.status_code == 422
    assert "Line 2" in words(answer) and "x 示例市 高" in words(answer)
    with within(EVERYTHING):
        assert not AreaList.objects.exists()


def test_a_lower_unit_sees_the_list_of_the_one_above(officer: Client, county: Unit) -> None:
    with clock.at(at(6)):
        above = entered(make.account(county, "officer"))
    above.post("/areas/C", {"entries": "510104 示例县 中", "basis": "公告"})
    assert "示例县" in words(officer.get("/areas/S"))


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh-hans", "发现阳性后可否整层重新计算天数：是"),
        ("en", "whether a positive finding may start the days of a whole floor anew: yes"),
    ],
)
def test_the_list_of_packs_says_its_numbers_in_words(officer: Client, school: Unit, lang: str, said: str) -> None:
    make.rules(school, floor_starts_anew=True)
    officer.cookies["django_language"] = lang
    with clock.at(at(9)):
        shown = words(officer.get("/list/rules"))
    assert said in shown and "floor_starts_anew" not in shown and "{" not in shown
