"""`lianfang after-action` (总结与资料): one command, a folder or a ZIP file, whole or not at all."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lianfang.domain.refusals import Refused
from lianfang.interfaces.after_action.pack import pack_of
from lianfang.interfaces.commands import after_action
from lianfang.interfaces.commands.main import parser_of
from lianfang.interfaces.server.trouble import CannotRun
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.briefing_world import School
from tests.make import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(monkeypatch: pytest.MonkeyPatch) -> School:
    @contextmanager
    def acting(_args: Any) -> Iterator[Any]:
        with within(EVERYTHING):
            yield SYSTEM

    monkeypatch.setattr(after_action, "acting", acting)
    world = School()
    world.opens()
    return world


def ran(*words: str) -> int:
    parser, module = parser_of("after-action")
    return module.run(parser.parse_args(["S1", "--from", "2026-01-01", "--to", str(DAY), *words]))


def test_an_archive_holds_every_file_and_nothing_is_left_beside_it(
    school: School, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert ran("--out", str(tmp_path / "pack.zip"), "--json") == 0
    names = zipfile.ZipFile(io.BytesIO((tmp_path / "pack.zip").read_bytes())).namelist()
    assert sorted(names) == json.loads(capsys.readouterr().out)["files"]
    assert "research/stays.csv" in names
    assert [one.name for one in tmp_path.iterdir()] == ["pack.zip"]


def test_a_folder_that_holds_something_is_left_alone(school: School, tmp_path: Path):
    assert ran("--out", str(tmp_path / "new")) == 0
    assert (tmp_path / "new/research/days.csv").exists()
    with pytest.raises(CannotRun, match="not an empty folder"):
        ran("--out", str(tmp_path / "new"))


def test_an_archive_that_is_there_is_written_over_only_when_asked(school: School, tmp_path: Path):
    pack = tmp_path / "pack.zip"
    pack.write_bytes(b"mine")
    with pytest.raises(CannotRun, match="--replace"):
        ran("--out", str(pack))
    assert pack.read_bytes() == b"mine"
    assert ran("--out", str(pack), "--replace") == 0
    assert zipfile.is_zipfile(pack)


def test_a_period_that_has_not_begun_is_refused(school: School, tmp_path: Path):
    with pytest.raises(CannotRun, match="lies after today"):
        ran("--from", "2199-01-01", "--to", "2199-01-31", "--out", str(tmp_path / "pack.zip"))
    assert not list(tmp_path.iterdir())


def test_the_last_line_is_in_the_language_asked_for(
    school: School, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    said = {"%(files)s files of %(unit)s, %(since)s to %(until)s, are in %(out)s.": "%(files)s|%(unit)s|%(out)s"}
    monkeypatch.setattr("django.utils.translation.gettext", lambda text: said.get(text, text))
    ran("--out", str(tmp_path / "pack.zip"))
    assert capsys.readouterr().err.splitlines()[-1].endswith(f"|S1|{tmp_path / 'pack.zip'}")


def test_a_period_that_ends_before_it_begins_is_wrong_usage(school: School, tmp_path: Path):
    with pytest.raises(CannotRun, match="lies after"):
        ran("--to", "2025-12-31", "--out", str(tmp_path / "pack.zip"))
    with pytest.raises(Refused) as refused:
        pack_of(SYSTEM, unit=school.unit, since=DAY, until=date(2026, 1, 1))
    assert refused.value.code == "date.order"


def test_a_school_without_a_site_or_classes_has_a_pack_without_rows_about_people(school: School):
    with within(EVERYTHING):
        made = pack_of(SYSTEM, unit=school.unit, since=DAY, until=DAY)
    assert made["research/stays.csv"].decode("utf-8-sig").splitlines() == ["age,party,came,nights,fever,ended"]


@pytest.mark.parametrize("role", ["class_head", "doctor", "duty_officer"])
def test_only_who_leads_makes_the_pack(school: School, role: str):
    with make.acting(make.actor(school.unit, role)) as somebody, pytest.raises(Refused) as refused:
        pack_of(somebody, unit=school.unit, since=DAY, until=DAY)
    assert refused.value.code == "scope"
