"""Counts, settings, runs and alarms are figures, seen within scope; only the worker writes counts (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_paths, within_units


class Migration(migrations.Migration):
    dependencies = [
        ("surveillance", "0001_initial"),
        ("orgs", "0002_fences"),
        ("reporting", "0011_ill_answers_are_found_and_what_moved_is_passed_on"),
    ]
    operations = [
        fence(
            "surveillance_daycount",
            f"{within_paths('app.scope')} OR {within_units('app.scope')}",
            grants="SELECT",
        ),
        fence("surveillance_detectionsetting", within_units("app.scope")),
        fence("surveillance_detectionrun", within_units("app.scope"), grants="SELECT"),
        fence("surveillance_alarm", within_units("app.scope"), grants="SELECT"),
    ]
