"""`lianfang show forms` and `show dictionary` (报表、数据字典): what is asked, and what is held."""

from __future__ import annotations

import json

import pytest

from lianfang.capabilities.burden.actions import propose_form
from lianfang.interfaces.commands.main import main
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests import make

pytestmark = pytest.mark.django_db


def test_forms_and_the_dictionary_are_shown(afternoon, capsys):
    school = make.root("S1", "school", "第一小学")
    make.members(school, 2)
    about = {"title": "外出登记", "purpose": "x", "answered_by": "people", "frequency": "once", "seconds": 20}
    with within(EVERYTHING):
        propose_form(SYSTEM, unit=school, code="trips", fields=[{"code": "city", "zh": "外出城市"}], **about)
    assert main(["show", "forms", "--json"]) == 0
    assert [(one["code"], one["seconds"]) for one in json.loads(capsys.readouterr().out)["forms"]] == [("trips", 20)]
    assert main(["show", "dictionary", "--json"]) == 0
    held = {one["key"]: one["fresh"] for one in json.loads(capsys.readouterr().out)["dictionary"]}
    assert held["person.name"] == "2/2" and held["person.phone"] == "0/2"
