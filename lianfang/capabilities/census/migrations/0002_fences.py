"""Addresses are seen over the unit; who lives there only where people are seen (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units


class Migration(migrations.Migration):
    dependencies = [("census", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("census_squad", within_units("app.scope")),
        fence("census_household", within_units("app.scope")),
        fence("census_householdvisit", within_units("app.person_scope")),
        fence("census_householdmember", f"{within_units('app.person_scope')} OR {among_persons()}"),
        fence("census_movement", f"{within_units('app.person_scope')} OR {among_persons()}"),
    ]
