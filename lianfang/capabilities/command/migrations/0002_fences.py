"""Slots, groups and teams are seen over the unit; members of a team over their own organisation's group (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units


class Migration(migrations.Migration):
    dependencies = [("command", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("command_organisation", within_units("app.scope")),
        fence("command_slot", within_units("app.scope")),
        fence("command_holding", within_units("app.scope")),
        fence("command_leadinggroup", within_units("app.scope")),
        fence("command_groupstep", within_units("app.scope")),
        fence("command_groupversion", within_units("app.scope")),
        fence("command_groupmember", within_units("app.scope")),
        fence("command_subgroup", within_units("app.scope")),
        fence("command_delegation", within_units("app.scope")),
        fence("command_decision", within_units("app.scope")),
        fence("command_team", within_units("app.scope")),
        fence("command_teammember", f"{within_units('app.person_scope')} OR {among_persons()}"),
    ]
