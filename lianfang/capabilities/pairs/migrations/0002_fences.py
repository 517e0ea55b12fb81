"""Pairs and contacts are about people (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units


class Migration(migrations.Migration):
    dependencies = [("pairs", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("pairs_pairing", f"{within_units('app.person_scope')} OR {among_persons()}"),
        fence("pairs_dailycontact", f"{within_units('app.person_scope')} OR {among_persons()}"),
    ]
