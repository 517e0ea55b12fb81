"""Incidents name nobody and are seen within scope; whom they concern is seen where people are (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units

THINGS = (
    "incident",
    "stop",
    "called",
    "logline",
    "runbookedition",
    "clusteralert",
    "patrol",
    "patrolpoint",
    "patrolround",
    "patrolcheck",
)
PEOPLE = ("codeevent", "codetest", "clustermember")


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        *(fence(f"incidents_{name}", within_units("app.scope")) for name in THINGS),
        *(fence(f"incidents_{name}", f"{within_units('app.person_scope')} OR {among_persons()}") for name in PEOPLE),
    ]
