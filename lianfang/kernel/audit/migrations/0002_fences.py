"""Events are written by all, read within scope, and never changed (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("audit_event", within_units("app.scope"), write="true", grants="SELECT, INSERT"),
    ]
