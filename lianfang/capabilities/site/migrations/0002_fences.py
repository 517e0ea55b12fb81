"""Sites, rooms, controls, assets and the clean-up are seen within scope (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units

TABLES = ("site", "milestone", "room", "control", "breach", "asset", "trip")


class Migration(migrations.Migration):
    dependencies = [("site", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        *(fence(f"site_{table}", within_units("app.scope")) for table in TABLES),
        fence("site_sweep", within_units("app.scope"), grants="SELECT, INSERT"),
    ]
