"""Meals of staff are seen within scope, and one's own by oneself (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units


class Migration(migrations.Migration):
    dependencies = [("catering", "0004_staff_meals"), ("orgs", "0002_fences")]
    operations = [
        fence("catering_staffdiner", f"{within_units('app.scope')} OR {among_persons()}"),
    ]
