"""Readings are seen by those over the unit whose role sees people, and by the person (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units


class Migration(migrations.Migration):
    dependencies = [("readings", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("readings_reading", f"{within_units('app.person_scope')} OR {among_persons()}"),
    ]
