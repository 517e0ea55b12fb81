"""The workbench of two-way verification (双向校核页): what each side sees, answers by form, taking back, queues."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from lianfang.capabilities.verification.models import Agreement, Item
from lianfang.demo.two_lists import OURS_HEADS, as_csv, two_lists
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.audit.models import Event
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.exchanging import STORY, World
from tests.make import DAY, at

pytestmark = pytest.mark.django_db
MOST_QUERIES = 14


@pytest.fixture
def world():
    with clock.at(at(15)):
        yield World()


@pytest.fixture
def compared(world):
    world.exchange(two_lists(DAY, STORY))
    return world


def entered(who: Actor) -> Client:
    client = Client()
    account = Account.objects.get(pk=who.account_id)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(client: Client, address: str, status: int = 200) -> str:
    """The page as text, a blank between its parts."""
    answer = client.get(address)
    assert answer.status_code == status, address
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def bench(world: World) -> str:
    return f"/verification/{world.agreement.pk}"


def of(world: World, klass: str) -> Item:
    return world.items(klass=klass)[0]


def test_the_home_page_names_what_is_open_under_each_agreement(compared):
    said = words(entered(compared.officer), "/verification")
    assert "卫生健康局" in said and "33/42" in said
    assert re.search(r"33/42 9 0 Workbench", said)


def test_E01_the_workbench_counts_its_queues_and_shows_differences_only(compared):
    said = words(entered(compared.officer), bench(compared))
    assert "To review 9 Fields differ 4 Maybe same person 0 Only ours 3 Only theirs 2" in said
    assert "33 agree automatically" in said and "0 of 9 settled" in said
    assert "Agree: ID number, Phone" in said


def test_a_difference_is_answered_taken_back_and_settled_by_forms_alone(compared):
    ours, theirs, item = entered(compared.officer), entered(compared.liaison), of(compared, "conflict")
    here = bench(compared)
    done = ours.post(f"{here}/answer", {"item": str(item.pk), "verdict": "use_theirs", "after": ""})
    assert done.status_code == 302 and done["Location"] == here
    said = words(ours, here)
    assert f"{item.shown_number}: Use theirs" in said and "Other side to answer 1" in said
    assert ours.post(f"{here}/undo", {"item": str(item.pk)}).status_code == 302
    assert "Other side to answer" not in words(ours, here)
    ours.post(f"{here}/answer", {"item": str(item.pk), "verdict": "use_theirs"})
    said = words(theirs, f"{here}?item={item.pk}")
    assert "Other side Use ours" in said  # what is theirs for the sender is ours for its own side
    theirs.post(f"{here}/answer", {"item": str(item.pk), "verdict": "use_theirs"})
    said = words(ours, f"{here}?queue=done")
    assert "Done today 1" in said and "Settled" in said and "1 of 9 settled" in said


def test_an_answer_to_what_somebody_changed_meanwhile_is_refused_and_names_them(compared):
    first, item = entered(compared.officer), of(compared, "conflict")
    here = f"{bench(compared)}?item={item.pk}"
    seen = re.search(r'name="seen" value="(\d+)"', first.get(here).content.decode()).group(1)
    given = {"item": str(item.pk), "seen": seen}
    colleague = make.actor(compared.school, "duty_officer")
    second = entered(colleague)
    second.post(f"{bench(compared)}/answer", given | {"verdict": "use_theirs"})
    late = first.post(f"{bench(compared)}/answer", given | {"verdict": "use_ours", "note": "called twice"})
    assert late.status_code == 422
    said = late.content.decode()
    assert f"{colleague.name} has dealt with this difference" in said and "called twice" in said
    assert compared.items(pk=item.pk)[0].verdict_ours == "use_theirs"
    again = re.search(r'name="seen" value="(\d+)"', said).group(1)
    first.post(f"{bench(compared)}/answer", given | {"verdict": "use_ours", "seen": again})
    assert compared.items(pk=item.pk)[0].verdict_ours == "use_ours"


def test_ones_own_last_answer_is_taken_back_where_it_is_opened_again_later(compared):
    item, here = of(compared, "conflict"), bench(compared)
    entered(compared.officer).post(f"{here}/answer", {"item": str(item.pk), "verdict": "use_theirs"})
    later, theirs = entered(compared.officer), entered(compared.liaison)
    address = f"{here}?queue=with_other&item={item.pk}"
    assert "Take my last step back" in words(later, address)
    assert "Take my last step back" not in words(theirs, f"{here}?item={item.pk}")
    assert theirs.post(f"{here}/undo", {"item": str(item.pk)}).status_code == 422
    assert later.post(f"{here}/undo", {"item": str(item.pk)}).status_code == 302
    assert compared.items(pk=item.pk)[0].verdict_ours == ""
    assert "Take my last step back" not in words(later, f"{here}?item={item.pk}")


def test_an_answer_without_its_note_comes_back_with_what_is_lacking(compared):
    client, item = entered(compared.officer), of(compared, "conflict")
    sent = client.post(f"{bench(compared)}/answer", {"item": str(item.pk), "verdict": "send_back", "note": " "})
    assert sent.status_code == 422
    assert 'class="error"' in sent.content.decode()
    assert compared.items(pk=item.pk)[0].state == "open"


def test_field_by_field_takes_the_side_of_each_field(compared):
    client, item = entered(compared.officer), of(compared, "conflict")
    chosen = {f"chosen-{one['field']}": "ours" for one in item.fields}
    client.post(f"{bench(compared)}/answer", {"item": str(item.pk), "verdict": "by_field", **chosen})
    kept = compared.items(pk=item.pk)[0]
    assert kept.chosen_ours == {one["field"]: "ours" for one in item.fields}


def test_both_sides_see_the_same_difference_from_their_own_side(compared):
    item = of(compared, "only_ours")
    mine, other = (
        words(entered(who), f"{bench(compared)}?queue=only_ours") for who in (compared.officer, compared.liaison)
    )
    assert "Only ours 3" in mine and "Only theirs 3" in other
    assert "Not on the list of 卫生健康局" in mine and "Not on the list of 卫生健康局" in other
    assert item.shown_number in mine and item.shown_number in other


def test_a_number_is_shown_in_full_for_a_reason_only(compared):
    client, item = entered(compared.officer), of(compared, "conflict")
    address = f"{bench(compared)}/items/{item.pk}/reveal"
    assert client.post(address, {"purpose": ""}).status_code == 422
    short = client.post(address, {"purpose": "核"})
    assert short.status_code == 422 and "needs at least 2 characters" in short.content.decode()
    assert 'value="核"' in short.content.decode()
    assert client.post(address, {"purpose": "核对"}).status_code == 200
    shown = client.post(address, {"purpose": "call the family"})
    found = re.findall(r"\b[0-9]{17}[0-9X]\b", shown.content.decode())
    assert found and shown["Cache-Control"] == "no-store"
    assert not re.findall(r"\b[0-9]{17}[0-9X]\b", client.get(bench(compared)).content.decode())


def test_a_difference_that_waits_is_named_as_standing_in_the_way_of_a_signature(compared):
    last, *others = compared.items()
    for item in others:
        compared.both(item)
    with within(EVERYTHING):
        Item.objects.filter(pk=last.pk).update(state="waiting")
    ours = entered(compared.officer)
    assert last.shown_number in words(ours, f"{bench(compared)}/runs/1")
    assert '/runs/1/sign"' not in ours.get(f"{bench(compared)}/runs/1").content.decode()


def test_E01_a_run_is_signed_by_both_once_nothing_of_it_is_open(compared):
    ours, theirs = entered(compared.officer), entered(compared.liaison)
    run = f"{bench(compared)}/runs/1"
    said = words(ours, run)
    assert "As found 33/42" in said and "Still open" in said and "V-0001" in said
    assert ours.post(f"{run}/sign", {"tick": "yes"}).status_code == 422
    for item in compared.items():
        compared.both(item)
    said = words(ours, run)
    assert "With what both settled 42/42" in said and "Still open" not in said
    unticked = ours.post(f"{run}/sign", {})
    assert unticked.status_code == 422 and "Please tick the box first" in unticked.content.decode()
    for client in (ours, theirs):
        assert client.post(f"{run}/sign", {"tick": "yes"}).status_code == 302
    assert "signed by both" in words(theirs, run)


def test_estimates_name_their_limits(compared):
    said = words(entered(compared.officer), f"{bench(compared)}/runs/1")
    assert re.search(r"About 42 cases in all \(95 %: 42 to \d+\)", said)
    assert "On both lists, of all 88.1%" in said


def test_E02_a_list_is_brought_in_or_set_aside_whole(world):
    client = entered(world.officer)
    lists = two_lists(DAY, STORY)
    address = f"{bench(world)}/import"
    assert "Agreed columns" in words(client, address)
    for total, said in ((41, "The whole list was set aside"), (40, "All 40 rows are stored")):
        file = SimpleUploadedFile("ours.csv", as_csv(OURS_HEADS, lists.ours[:40]))
        sent = client.post(address, {"side": "ours", "control_total": str(total), "file": file}, follow=True)
        assert said in sent.content.decode()
    file = SimpleUploadedFile("x.csv", "姓名,secret\na,b\n".encode())
    refused = client.post(address, {"side": "ours", "control_total": "1", "file": file})
    assert refused.status_code == 422 and "secret" in refused.content.decode()
    assert client.post(address, {"side": "ours", "control_total": "x"}).status_code == 422


def test_the_differences_leave_as_a_workbook_and_a_letter_and_masked(compared):
    client = entered(compared.officer)
    book = client.get(f"{bench(compared)}/differences.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0).to_python()
    assert len({row[0] for row in rows[1:]}) == 9 and len(rows) > 9
    assert not re.search(r"[0-9]{15}", str(rows)) and "*" in rows[1][5]
    letter = client.get(f"{bench(compared)}/differences.pdf")
    assert letter.content.startswith(b"%PDF") and letter["Content-Type"] == "application/pdf"
    assert client.get(f"{bench(compared)}/differences.docx").status_code == 404
    with within(EVERYTHING):
        assert Event.objects.filter(kind="register.exported").count() == 2


def test_superiors_without_a_part_in_the_exchange_see_the_run_and_no_case(compared):
    client = entered(make.actor(compared.county, "auditor"))
    at_first = client.get(bench(compared), follow=True)
    said = at_first.content.decode()
    assert at_first.redirect_chain[-1][0].endswith("/runs/1") and "33/42" in said
    assert "V-0001" not in said
    for part in ("import", "differences.xlsx", "differences.pdf"):
        assert client.get(f"{bench(compared)}/{part}").status_code == 404


def test_a_case_of_our_own_roster_is_named_beside_the_empty_half(compared):
    with within(EVERYTHING):
        number = of(compared, "only_theirs").row_theirs.opened()["id_no"]
    make.member(make.unit(compared.school, "S1-K1", "class"), "何思远", number=number)
    assert "1 match on our roster: 何*远" in words(entered(compared.officer), bench(compared))


def test_a_thousand_differences_are_shown_page_by_page_at_the_same_cost(world, django_assert_max_num_queries):
    world.exchange(two_lists(DAY, {"agree": 5, "conflict": 600, "only_ours": 250, "only_theirs": 150}))
    client = entered(world.officer)
    client.get(bench(world))
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(bench(world)).content.decode()
    assert page.count('class="pair') - page.count('class="pair-') == 25
    assert "1–25 of 1000" in page
    second = words(client, f"{bench(world)}?page=40")
    assert "976–1000 of 1000" in second
    assert words(client, f"{bench(world)}?page=999999").count("V-") == 0


def test_a_possible_match_says_how_sure_it_is_why_and_that_two_people_decide(compared):
    with within(EVERYTHING):
        item = of(compared, "conflict")
        item.klass, item.probability, item.alike = "possible", 0.743, ["phone"]
        item.fields = [
            {"field": "name", "ours": "陈晓雪", "theirs": "陈雪", "proposed": ""},
            {"field": "id_no", "ours": "5***************18", "theirs": "5***************18", "proposed": ""},
        ]
        item.evidence = {"why": [{"field": "name", "weight": -4.2}, {"field": "phone", "weight": 11.0}]}
        item.save()
    said = words(entered(compared.officer), f"{bench(compared)}?queue=possible")
    assert "Maybe 74" in said and "Two people decide this" in said
    assert "陈* 雪" in said and "晓" not in said
    assert "differs where hidden" in said
    assert said.index("Phone speaks strongly for one person") < said.index("Name speaks against it")


def test_what_a_side_owes_stands_in_its_day(compared):
    assert "Differences to answer" in words(entered(compared.officer), "/today")
    assert entered(compared.liaison).get("/today")["Location"] == "/verification"


def test_somebody_twice_in_one_list_is_shown_with_the_rows(compared):
    with within(EVERYTHING):
        item = of(compared, "only_theirs")
        item.klass, item.evidence = "duplicate", {"rows": [3, 17]}
        item.save()
    said = words(entered(compared.officer), f"{bench(compared)}?queue=duplicate")
    assert "Rows 3, 17 of the list are one person" in said and "Twice" in said


def test_E02_an_agreement_is_made_on_a_page_with_a_line_a_field(world):
    client = entered(world.officer)
    about = {"counterpart": "疾控中心", "purpose": "x", "basis": "x", "frequency": "weekly", "delay_days": "2"}
    refused = client.post("/verification/agree", {**about, "fields": "status: 状态 > both"})
    assert refused.status_code == 422 and 'href="#f-fields"' in refused.content.decode()
    made = client.post(
        "/verification/agree", {**about, "fields": "name：姓名、患者姓名\nstatus: 状态 > 对方"}, follow=True
    )
    assert "Nothing compared yet" in made.content.decode()
    with within(EVERYTHING):
        kept = Agreement.objects.get(counterpart="疾控中心")
    assert [one["columns"] for one in kept.fields] == [["姓名", "患者姓名"], ["状态"]]
    assert (kept.precedence, kept.delay_days, kept.totals_required) == ({"status": "theirs"}, 2, False)
