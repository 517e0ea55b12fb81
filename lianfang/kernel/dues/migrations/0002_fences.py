"""Dues are seen by those over the place where they arose (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_paths, within_units


class Migration(migrations.Migration):
    dependencies = [("dues", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("dues_due", f"{within_paths('app.scope')} OR {within_units('app.scope')}"),
    ]
