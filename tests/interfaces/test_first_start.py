"""The first start (首次启动): one link for one administrator, no password, nothing synthetic among real people."""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from unittest.mock import patch

import pytest

from lianfang.interfaces.commands import clock as clock_command
from lianfang.interfaces.commands import population
from lianfang.interfaces.commands.first_start import prepare
from lianfang.interfaces.server.trouble import CannotRun
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.accounts.ops import accept, invited
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within
from tests import make

pytestmark = pytest.mark.django_db


def secret_in(lines: list[str]) -> str:
    """The secret of the link that is shown."""
    return next(line for line in lines if "/first/" in line).rpartition("/first/")[2]


def test_an_empty_database_gets_one_institution_and_one_administrator_with_a_link():
    secret = secret_in(prepare(None))
    with within(EVERYTHING):
        root, first = Unit.objects.get(), invited(secret)
        assert (root.code, root.kind) == ("ROOT", "institute")
        assert list(Grant.objects.values_list("account__handle", "role", "unit__code")) == [
            ("admin", "administrator", "ROOT")
        ]
    assert first is not None and not first.has_usable_password()


def test_a_second_start_makes_a_new_link_and_the_old_one_ends():
    old = secret_in(prepare(None))
    new = secret_in(prepare(None))
    assert invited(old) is None and invited(new) is not None
    assert Account.objects.count() == 1


def test_once_the_administrator_has_a_password_no_link_is_shown_again():
    accept(secret_in(prepare(None)), "云岭 correct horse battery 7")
    assert prepare(None) == []


def test_a_demonstration_is_not_loaded_into_a_database_in_real_use():
    accept(secret_in(prepare(None)), "云岭 correct horse battery 7")
    assert prepare("day") == ["This database is in real use, so no demonstration was loaded into it."]
    with within(EVERYTHING):
        assert Unit.objects.count() == 1


def test_an_unknown_demonstration_is_named():
    with pytest.raises(CannotRun, match="no demonstration '777'"):
        prepare("777")


def test_the_synthetic_province_is_refused_where_somebody_real_holds_a_role():
    prepare(None)
    with pytest.raises(CannotRun, match="Somebody real"):
        population._check_free(into_empty=False)
    population._check_free(into_empty=True)


def test_the_synthetic_province_is_refused_where_there_are_units_or_people():
    root = make.root("N1", "county", opened_on=date(2020, 1, 1))
    population._check_free(into_empty=False)
    make.unit(root, "S1", "school")
    for into_empty in (False, True):
        with pytest.raises(CannotRun, match="people or units already"):
            population._check_free(into_empty=into_empty)


def test_a_drills_clock_is_set_shown_and_ended():
    def ask(what: str, moment: str | None = None) -> dict[str, object]:
        return clock_command._run(argparse.Namespace(what=what, moment=moment, reason="演练"))

    assert ask("show")["drill"] is False
    shown = ask("set", "2021-08-06T16:18")
    assert shown["drill"] is True and str(shown["now"]).startswith("2021-08-06T16:18")
    assert timedelta(seconds=abs(int(str(ask("show")["offset_seconds"])))) > timedelta(days=1)
    assert ask("real") == {**ask("show"), "drill": False, "offset_seconds": 0}


def test_a_moment_that_cannot_be_read_is_refused_and_changes_nothing():
    with pytest.raises(CannotRun, match="not a moment"):
        clock_command._moment("half past four")


def test_a_short_password_is_refused_in_the_language_of_the_page(client):
    secret = secret_in(prepare(None))
    with patch("lianfang.interfaces.web.views.access._", lambda text: f"‹{text}›"):
        answer = client.post(f"/first/{secret}", {"password": "kurz7", "again": "kurz7"})
    assert answer.status_code == 422
    assert "‹The password needs at least 10 characters.›" in answer.content.decode()
