"""Photos are seen within scope (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_initial"), ("orgs", "0002_fences")]
    operations = [fence("evidence_photo", within_units("app.scope"), grants="SELECT, INSERT")]
