"""Alerts belong to accounts; they are read through the kernel only (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, open_table, within_units


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("alerts_alert", within_units("app.scope"), grants="SELECT"),
        open_table("alerts_heartbeat"),
    ]
