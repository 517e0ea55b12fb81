"""Screeners are seen within scope, those they checked where people are (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units


class Migration(migrations.Migration):
    dependencies = [("screening", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("screening_screener", within_units("app.scope")),
        fence("screening_screened", within_units("app.person_scope")),
    ]
