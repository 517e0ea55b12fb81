"""Indicators and packs hold counts and rows that name nobody, and are seen within the scope of figures (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units


class Migration(migrations.Migration):
    dependencies = [("briefings", "0003_indicators_and_packs"), ("orgs", "0002_fences")]
    operations = [
        fence("briefings_countedindicator", within_units("app.scope"), grants="SELECT, INSERT"),
        fence("briefings_pack", within_units("app.scope"), grants="SELECT, INSERT"),
    ]
