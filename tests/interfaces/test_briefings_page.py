"""The page and the files of a briefing (日报页面与文件): four shapes, two languages, the same figures in all."""

from __future__ import annotations

import io
import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from docx import Document
from python_calamine import CalamineWorkbook

from lianfang.capabilities.briefings.models import Briefing
from lianfang.interfaces.briefing import sheet_of
from lianfang.interfaces.briefing.paper import compiler_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.scope import EVERYTHING, within
from tests.briefing_world import School
from tests.make import DAY, at

pytestmark = pytest.mark.django_db
HERE = "/briefings/S1"


@pytest.fixture
def school() -> School:
    world = School()
    world.fortnight(before=10, now=6)
    world.checks(0, 6, fever=2)
    return world


def entered(account: int | None, lang: str = "en") -> Client:
    client = Client(headers={"accept-language": "zh-hans" if lang == "zh" else "en"})
    client.force_login(Account.objects.get(pk=account), backend="django.contrib.auth.backends.ModelBackend")
    return client


def cells_of_page(html: str) -> list[list[str]]:
    """The rows of the table of figures: label, value, of, mean, change."""
    table = html.partition('class="briefing-figures"')[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(<th scope=\"row\".*?)</tr>", table, re.DOTALL)
    return [[unescape(cell) for cell in re.findall(r">([^<]*)</t[hd]>", row)] for row in rows]


def cells_of_document(content: bytes) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in Document(io.BytesIO(content)).tables[0].rows][1:]


def cells_of_workbook(content: bytes) -> list[list[Any]]:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(1)
    return [row[1:] for row in sheet.to_python()[1:]]


def cells_of_paper(sheet: Any) -> list[list[str]]:
    """What was set in the cells of the document that becomes the PDF."""
    cells = json.loads(compiler_of(sheet).query("<figure>", field="value"))
    return [cells[at : at + 5] for at in range(0, len(cells), 5)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_pdf_docx_and_xlsx_hold_the_same_figures(school: School, lang: str):
    made = school.composes()
    sheet = sheet_of(made, lang)
    wanted = [list(line.cells) for line in sheet.lines]
    with clock.at(at(17, 5)):
        client = entered(school.officer.account_id, lang)
        assert cells_of_page(client.get(f"{HERE}?day={DAY}").content.decode()) == wanted
        files = {kind: client.get(f"{HERE}/{made.pk}.{kind}?lang={lang}") for kind in ("pdf", "docx", "xlsx")}
    assert cells_of_document(files["docx"].content) == wanted
    assert [[as_text(cell) for cell in row] for row in cells_of_workbook(files["xlsx"].content)] == wanted
    assert cells_of_paper(sheet) == wanted
    assert files["pdf"].content.startswith(b"%PDF")
    for part in sheet.parts:
        assert part.paragraph in "\n".join(one.text for one in Document(io.BytesIO(files["docx"].content)).paragraphs)


def as_text(cell: Any) -> str:
    return f"{int(cell):,}" if isinstance(cell, float | int) and not isinstance(cell, bool) else str(cell)


def test_on_paper_no_column_is_as_wide_as_its_words_and_words_take_the_empty_cells(school: School):
    sheet = sheet_of(school.composes(), "en")
    tables = json.loads(compiler_of(sheet).query("table"))
    assert all("auto" not in table["columns"] for table in tables)
    overall = next(line for line in sheet.lines if line.label == "Overall")
    wide = [cell for table in tables for cell in table["children"] if cell.get("colspan") == 4]
    assert any(overall.value in json.dumps(cell) for cell in wide)
    assert not any('"40"' in json.dumps(cell) for cell in wide)


def test_a_long_briefing_stands_on_one_printed_page(school: School):
    made = school.composes()
    made.assessment = "情" * 300
    made.figures = [*made.figures, *made.figures[:4]]
    for lang in ("zh", "en"):
        pages = compiler_of(sheet_of(made, lang)).compile(format="png")
        assert isinstance(pages, bytes)


def test_the_page_composes_keeps_versions_and_shows_an_earlier_one(school: School):
    with clock.at(at(17)):
        client = entered(school.officer.account_id)
        assert "There is no briefing of this day yet" in client.get(f"{HERE}?day={DAY}").content.decode()
        done = client.post(f"{HERE}/compose", {"day": str(DAY)}, follow=True).content.decode()
        assert "Version 1 was composed from the records." in done
        assert "New symptoms at least 6 of 40, seven-day mean at least 6.0, down 40 % on the week before" in done
        again = client.post(f"{HERE}/compose", {"day": str(DAY)}, headers={"referer": HERE}, follow=True)
        assert "Every figure is as in version 1" in again.content.decode()
        refused = client.post(f"{HERE}/compose", {"day": str(DAY)})  # a browser that tells no page it came from
        assert refused["Location"] == f"{HERE}?day={DAY}"
    school.checks(1, 0, hour=18)
    with clock.at(at(19)):
        client.post(f"{HERE}/compose", {"day": str(DAY)})
        newest = client.get(f"{HERE}?day={DAY}").content.decode()
        earlier = client.get(f"{HERE}?day={DAY}&version=1").content.decode()
        assert client.get(f"{HERE}?day={DAY}&version=9").status_code == 404
    assert "New symptoms 6 of 40" in newest
    assert "figures changed" in newest
    assert "This is an earlier version, kept as it was." in earlier
    assert "New symptoms at least 6 of 40" in earlier


def test_an_assessment_is_written_on_the_page_and_changed_only_with_a_reason(school: School):
    made = school.composes()
    with clock.at(at(17, 10)):
        client = entered(school.doctor.account_id)
        given = {"briefing": str(made.pk), "text": "In line with the season.", "day": str(DAY)}
        assert client.post(f"{HERE}/assess", {**given, "text": " "}).status_code == 422
        assert client.post(f"{HERE}/assess", {**given, "text": "x" * 301}).status_code == 422
        assert client.post(f"{HERE}/assess", {**given, "briefing": "nonsense"}).status_code == 404
        assert "In line with the season." in client.post(f"{HERE}/assess", given, follow=True).content.decode()
        with within(EVERYTHING):
            newest = str(Briefing.objects.get(version=2).pk)
        refused = client.post(f"{HERE}/assess", {**given, "briefing": newest, "text": "Other."})
        assert refused.status_code == 422
        assert "Why it is changed" in refused.content.decode()
        client.post(f"{HERE}/assess", {**given, "briefing": newest, "text": "Other.", "reason": "seen again"})
        assert "seen again" in client.get(f"{HERE}?day={DAY}").content.decode()


def test_a_file_in_another_kind_or_language_is_not_there(school: School):
    made = school.composes()
    with clock.at(at(17, 5)):
        client = entered(school.officer.account_id)
        assert client.get(f"{HERE}/{made.pk}.odt").status_code == 404
        assert client.get(f"{HERE}/{made.pk}.pdf?lang=fr").status_code == 404
        assert client.get(f"{HERE}?day=tomorrow").status_code == 422


def test_the_api_gives_the_figures_of_a_briefing_as_the_page_shows_them():
    school = School()
    school.fortnight(before=0, now=0)
    school.checks(0, 3, fever=1)
    school.checks(1, 0)
    made = school.composes()
    with clock.at(at(17, 5)):
        client = entered(school.officer.account_id)
        row = client.get(f"/api/v1/briefings/{made.pk}/").json()
        some = client.get(f"/api/v1/briefings/{made.pk}/?fields=day,figures").json()
        listed = client.get("/api/v1/briefings/").json()["rows"][0]
        assert client.get("/api/v1/briefings/?fields=figures").status_code == 422
    shown = [figure for section in row["figures"] for figure in section["figures"]]
    lines = sheet_of(made, "en").lines
    assert [one["label"]["en"].casefold() for one in shown] == [line.label.casefold() for line in lines]
    hidden = [line.value for line, one in zip(lines, shown, strict=True) if one["value"] == {"below": 5}]
    assert hidden == ["<5"] * len(hidden) != []
    assert row["text"]["zh"][0]["paragraph"]
    assert set(some) - {"id"} == {"day", "figures"}
    assert "figures" not in listed


def test_the_class_head_of_the_school_finds_no_briefing_of_it(school: School):
    school.composes()
    with clock.at(at(17, 5)):
        assert entered(school.heads[0].account_id).get(HERE).status_code == 404
