"""The page of recipients outside the tree (对上报送页): states, handing over, files, and who holds an old figure."""

from __future__ import annotations

import hashlib
import io
import re

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook
from uuid_utils.compat import uuid7

from lianfang.capabilities.upward.models import HandedCopy
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.capabilities.test_upward import FIGURES, World
from tests.make import DAY, at

pytestmark = pytest.mark.django_db
HERE = f"/upward/S1?day={DAY}"


def entered(account: int | None) -> Client:
    client = Client()
    client.force_login(Account.objects.get(pk=account), backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(client: Client, address: str = HERE) -> str:
    """The page as text, a blank between its parts."""
    answer = client.get(address)
    assert answer.status_code == 200
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_before_the_report_is_signed_the_page_says_what_is_missing():
    w = World()
    with clock.at(at(12)):
        said = words(entered(w.officer.account_id))
    assert "not signed yet" in said
    assert "13:00" in said and "14:00" in said and "17:00" in said
    assert "Hand over" not in said.replace("Handed over", "")


def test_one_press_hands_over_to_everybody_and_the_files_are_the_very_bytes():
    w = World()
    w.all_in()
    client = entered(w.officer.account_id)
    with clock.at(at(12)):
        assert "Hand 3 copies over" in words(client)
        done = client.post(f"/upward/S1/hand-over?day={DAY}", {"recipient": "all"}, follow=True)
        assert "3 copies are ready" in done.content.decode()
        assert "Hand 3" not in words(client)
        with within(EVERYTHING):
            copies = list(HandedCopy.objects.all())
        for copy in copies:
            got = client.get(f"/upward/S1/copies/{copy.pk}.{copy.file}")
            assert hashlib.sha256(got.content).hexdigest() == copy.hash
            assert got["Content-Disposition"].startswith("attachment")


def test_a_copy_can_be_taken_as_the_other_kind_of_file_with_the_same_figures():
    w = World()
    w.all_in()
    health = w.hands("卫生健康局", 12)
    client = entered(w.officer.account_id)
    with clock.at(at(12, 5)):
        got = client.get(f"/upward/S1/copies/{health.pk}.xlsx")
        rows = CalamineWorkbook.from_filelike(io.BytesIO(got.content)).get_sheet_by_index(0).to_python()
        assert [FIGURES["fever"], FIGURES["confirmed"], FIGURES["tested"]] == [row[1] for row in rows[3:6]]
        for wrong in (f"{health.pk}.docx", f"{uuid7()}.xlsx"):
            assert client.get(f"/upward/S1/copies/{wrong}").status_code == 404


def test_the_page_names_who_holds_which_old_figure_at_once():
    w = World()
    w.all_in()
    w.hands("卫生健康局", 10)
    w.signs(w.officer, w.campus, 11, fever=4, reason="late call")
    client = entered(w.officer.account_id)
    with clock.at(at(11, 1)):
        said = words(client)
        assert "卫生健康局 holds old figures" in said
        assert re.search(r"With fever \S+ 1 4\b", said.replace("Unit S1", "S1").replace("示范学校", "S1"))
        assert "Hand a corrected copy over" in said
        recipient = w.dues()["卫生健康局"].slot
        client.post(f"/upward/S1/hand-over?day={DAY}", {"recipient": str(int(recipient, 36))})
        assert "holds old figures" not in words(client)


def test_a_recipient_of_another_unit_is_no_recipient_here():
    w = World()
    w.all_in()
    client = entered(w.officer.account_id)
    with clock.at(at(12)):
        for wrong in ("999999", "", "x", "9" * 40):
            answer = client.post(f"/upward/S1/hand-over?day={DAY}", {"recipient": wrong})
            assert answer.status_code == 404


def test_a_reader_without_the_duty_sees_the_state_and_no_button():
    w = World()
    w.all_in()
    with clock.at(at(5)):
        auditor = make.account(w.campus, "auditor")
    with clock.at(at(12)):
        client = entered(auditor.pk)
        said = words(client)
        assert "市直部门" in said and "Hand 3" not in said
        slot = w.dues()["市直部门"].slot
        answer = client.post(f"/upward/S1/hand-over?day={DAY}", {"recipient": str(int(slot, 36))})
        assert answer.status_code == 404
    with within(EVERYTHING):
        assert not HandedCopy.objects.exists()


def test_what_is_owed_to_the_outside_stands_in_ones_day_and_on_the_board():
    w = World()
    w.all_in()
    w.hands("市直部门", 11)
    with clock.at(at(12)):
        client = entered(w.officer.account_id)
        said = words(client, "/today")
        assert "Copy to hand over" in said and "卫生健康局" in said
        assert "2 recipients outside wait" in words(client, f"/board/S1?day={DAY}")
