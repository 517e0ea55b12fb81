"""Pages of command, census, follow-up and recall in a browser (指挥、摸底、人盯人、召回，浏览器)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from lianfang.capabilities.census.actions import enter_member, form_squad, list_household, record_visit
from lianfang.capabilities.command.actions import (
    add_open_slot,
    add_to_team,
    apply_template,
    appoint_to_slot,
    create_group,
    delegate_authority,
    form_team,
    reactivate_group,
    suspend_group,
)
from lianfang.capabilities.pairs.actions import pair_up, record_contact
from lianfang.capabilities.recall.actions import exempt_from_recall, order_recall, recall_person, record_return
from lianfang.capabilities.requirements.actions import assign_requirement, close_requirement, import_set
from lianfang.capabilities.requirements.models import Requirement
from lianfang.domain.answers import PersonRef
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, PHONE, House
from tests.browser.world import set_clock
from tests.make import DAY, at

TEMPLATE = "1-1-1-1-1-3-6-n"


@dataclass(frozen=True, slots=True)
class Led:
    """A school under command, and the addresses of its pages that name something."""

    house: House
    code: str
    addresses: tuple[str, ...]


@pytest.fixture(scope="module")
def led(house: House) -> Led:
    """A school with its organisation, group and team; a census, pairs and a recall under way."""
    with clock.at(at(9)):
        school = make.root("CMD", "school", "示例指挥学校")
        for role, handle in ((Role.ADMINISTRATOR, "command-office"), (Role.DUTY_OFFICER, "command-duty")):
            house.world.accounts[handle] = make.account(school, role, handle)
        people = make.members(make.unit(school, "CMD-K", "class", "一班"), 8, kind="staff")
        with within(EVERYTHING):
            addresses = (
                *_organisation(school, people),
                *_doors(school),
                *_pairs(school, people),
                *_recall(school, people),
                *_requirements(school),
            )
        house.world.accounts["command-adult-0"] = Account.objects.get(handle="command-adult-0")
    return Led(house, school.code, addresses)


def _organisation(school, people) -> list[str]:
    made = apply_template(SYSTEM, unit=school, template=TEMPLATE)
    slots = list(made.slots.order_by("id"))
    for slot in slots[:12]:
        appoint_to_slot(SYSTEM, slot=slot, name="联络人", home="市属医院", phone="0871-100000")
    add_open_slot(SYSTEM, organisation=made, name="消杀组", name_en="Disinfection group")
    members = [{"function": "chair", "account": "command-office"}, {"name": "副校长", "duty": "信息报送"}]
    group = create_group(
        SYSTEM, unit=school, name="疫情防控领导小组", name_en="Leading group for control", members=members,
        subgroups=[{"name": "综合组"}, {"number": "2"}], day=DAY - timedelta(days=90),
    )  # fmt: skip
    suspend_group(SYSTEM, group=group, day=DAY - timedelta(days=30))
    reactivate_group(SYSTEM, group=group, day=DAY)
    delegate = Account.objects.get(handle="command-duty")
    delegate_authority(SYSTEM, group=group, account=delegate, since=at(8), until=at(20))
    names = ["学校", "医院", "疾控中心", "物业公司"]
    team = form_team(SYSTEM, unit=school, code="CMD-T", name="联合团队", name_en="Joint team", organisations=names)
    first = team.unit.children.order_by("code").first()
    add_to_team(SYSTEM, team=team, organisation=first, person=people[0], position="队员")
    here = "command/CMD"
    return [
        here, f"{here}?day={DAY - timedelta(days=10)}", f"{here}/appoint/{slots[12].pk}",
        f"{here}/vacate/{slots[0].pk}", f"{here}/change/{group.pk}", f"{here}/delegate/{group.pk}",
        f"{here}/new-group", f"{here}/new-team", f"{here}/join/{team.pk}",
    ]  # fmt: skip


def _doors(school) -> list[str]:
    form_squad(SYSTEM, unit=school, name="第一小队", areas=["东区"], lead="张三")
    doors = [list_household(SYSTEM, unit=school, area="东区", address=f"1栋{n}01") for n in range(1, 7)]
    for door, state in zip(doors, ("verified", "verified", "empty", "refused"), strict=False):
        record_visit(SYSTEM, household=door, state=state)
    who = PersonRef(
        id_type="none", identity=None, id_reason="未带证件", name="租客甲", phone="", birth_date=None,
        guardian_notice=None, ref="",
    )  # fmt: skip
    enter_member(SYSTEM, household=doors[0], who=who, kind="tenant")
    here, first = "census/CMD", doors[0].pk
    return [here, f"{here}/doors/{first}", f"{here}/record", f"{here}/enter/{first}", f"{here}/visit/{first}"]


def _pairs(school, people) -> list[str]:
    adults = [make.account(school, Role.SCREENER, f"command-adult-{n}") for n in range(3)]
    pairs = pair_up(SYSTEM, unit=school, people=people[:6], adults=adults, cap=2)
    record_contact(SYSTEM, pairing=pairs[0], result="reached")
    record_contact(SYSTEM, pairing=pairs[1], result="no_answer")
    return ["pairs/CMD", "pairs/CMD/make", f"pairs/CMD/hand-on/{pairs[2].pk}"]


def _requirements(school) -> list[str]:
    import_set(SYSTEM, unit=school, collection="five-words")
    import_set(SYSTEM, unit=school, collection="eight-strengthened")
    first, second, *_rest = Requirement.objects.order_by("collection", "number")
    assign_requirement(SYSTEM, item=first, owner="医务组", due_on=DAY - timedelta(days=1))
    close_requirement(SYSTEM, item=second, evidence="现场查看并留有记录")
    here = "requirements/CMD"
    return [here, f"{here}/import", f"{here}/add", f"{here}/assign/{first.pk}", f"{here}/close/{first.pk}"]


def _recall(school, people) -> list[str]:
    back = at(0, day=DAY + timedelta(days=3))
    order = order_recall(SYSTEM, unit=school, title="中断休假返岗", reason="疫情形势变化", back_before=back)
    named = [recall_person(SYSTEM, order=order, person=one, whereabouts="省外") for one in people[:4]]
    exempt_from_recall(SYSTEM, recalled=named[3], evidence="风险区名单", level="medium", area="530102")
    record_return(SYSTEM, recalled=named[0])
    here = "recall/CMD"
    return [
        here,
        f"{here}/new",
        f"{here}/name/{order.pk}",
        f"{here}/exempt/{named[1].pk}",
        f"{here}/back/{named[1].pk}",
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_of_command_are_whole(led: Led, lang: str, size: dict) -> None:
    set_clock(16, 30)
    with led.house.visit("command-office", lang=lang, size=size) as visitor:
        for address in led.addresses:
            answer = visitor.open(f"/{address}")
            assert answer.status == 200, address
            visitor.picture(address.replace("/", "-").replace("?", "-"))
            assert ill_formed(visitor.page, lang) == [], address
            assert too_wide(visitor.page) == "", address
            assert barriers_in_turn(visitor.page) == [], address


def test_A01_a_vacancy_is_filled_and_named_again_when_its_holder_goes(led: Led) -> None:
    set_clock(16, 30)
    with led.house.visit("command-office", lang="en", size=DESK) as visitor:
        visitor.open(f"/command/{led.code}")
        page = visitor.page
        assert "3 of 15 vacant" in page.locator("main").inner_text()
        page.get_by_role("link", name="Appoint to Linked team 5").first.click()
        page.get_by_label("Name", exact=False).first.fill("交通联络人")
        page.get_by_role("button", name="Appoint to a slot").click()
        assert "2 of 15 vacant" in page.locator("main").inner_text()
        page.get_by_role("link", name="Vacate Linked team 5").click()
        page.get_by_label("Reason").fill("调离")
        page.get_by_role("button", name="Vacate a slot").click()
        assert "3 of 15 vacant" in page.locator("main").inner_text()


def test_D02_an_adult_records_a_contact_with_one_press_on_a_phone(led: Led) -> None:
    set_clock(16, 30)
    with led.house.visit("command-adult-0", lang="zh", size=PHONE) as visitor:
        visitor.open(f"/pairs/{led.code}")
        before = visitor.page.locator('button[value="reached"]').count()
        visitor.page.locator('button[value="reached"]').first.click()
        visitor.page.wait_for_load_state()
        assert visitor.page.locator('button[value="reached"]').count() == before - 1
