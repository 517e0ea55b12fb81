"""Row-level security fails closed (范围), however a connection was used before."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from lianfang.kernel.dues.models import Due
from lianfang.kernel.people.models import Membership, Person
from lianfang.kernel.scope import EVERYTHING, NOTHING, Scope, within
from tests import make
from tests.make import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_schools():
    county = make.root("N1", "county")
    schools = [make.unit(county, code, "school") for code in ("S4", "S45")]
    classes = [make.unit(school, f"{school.code}-K1", "class") for school in schools]
    people = [make.member(klass) for klass in classes]
    return schools, classes, people


def seen():
    return set(Membership.objects.values_list("unit__code", flat=True))


def test_outside_any_scope_there_are_no_rows(two_schools):
    assert seen() == set()
    assert not Person.objects.exists()


def test_a_scope_shows_what_lies_under_its_path_and_not_its_neighbour(two_schools):
    schools, _, _ = two_schools
    with within(Scope(paths=(schools[0].path,), person_paths=(schools[0].path,))):
        assert seen() == {"S4-K1"}


def test_after_a_scoped_transaction_the_connection_sees_nothing_again(two_schools):
    schools, _, _ = two_schools
    with within(Scope(person_paths=(schools[0].path,))):
        assert seen()
    assert seen() == set()


def test_after_a_rolled_back_scope_the_connection_sees_nothing_again(two_schools):
    schools, _, _ = two_schools
    with pytest.raises(RuntimeError), within(Scope(person_paths=(schools[0].path,))):
        raise RuntimeError
    assert seen() == set()


def test_an_inner_scope_ends_where_it_ends(two_schools):
    schools, _, _ = two_schools
    with within(Scope(person_paths=(schools[0].path,))):
        with within(EVERYTHING):
            assert len(seen()) == 2
        assert seen() == {"S4-K1"}
        with within(NOTHING):
            assert seen() == set()


@pytest.mark.parametrize("setting", ["", " ", ",", "*", "p,", "%", "1"])
def test_a_strange_setting_shows_nothing(two_schools, setting):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lianfang_app")
        cursor.execute("SELECT set_config('app.person_scope', %s, true)", [setting])
        cursor.execute("SELECT count(*) FROM people_membership")
        assert cursor.fetchone()[0] == 0


def test_a_scope_that_is_no_path_is_refused():
    with pytest.raises(ValueError, match="not a unit path"), within(Scope(paths=("1/'; --",))):
        pass


def test_a_row_of_another_unit_cannot_be_written(two_schools):
    schools, classes, people = two_schools
    with (
        within(Scope(paths=(schools[0].path,), person_paths=(schools[0].path,))),
        pytest.raises(DatabaseError),
        transaction.atomic(),
    ):
        Membership.objects.create(unit=classes[1], person=people[1], kind="learner", since=DAY)


def test_a_signed_report_cannot_be_changed_by_anybody(two_schools):
    with within(EVERYTHING), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE reporting_unitreport SET values = '{}'")


def test_every_table_about_units_or_people_is_fenced():
    question = """
        SELECT DISTINCT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND a.attname IN ('unit_id', 'person_id', 'ward_id')
           AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AND c.relname <> 'accounts_account'
    """
    with connection.cursor() as cursor:
        cursor.execute(question)
        assert cursor.fetchall() == []


def test_the_application_cannot_bypass_the_fence():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname IN ('lianfang_app', 'lianfang_system')"
        )
        assert {row[0] for row in cursor.fetchall()} == {False}
    assert Due.objects.count() == 0
