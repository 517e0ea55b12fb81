"""Briefings hold counts, and are seen within the scope of figures (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units


class Migration(migrations.Migration):
    dependencies = [("briefings", "0001_initial"), ("orgs", "0002_fences")]
    operations = [fence("briefings_briefing", within_units("app.scope"), grants="SELECT, INSERT")]
