"""Recipients, layouts and copies are figures of a unit, seen within scope (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units


class Migration(migrations.Migration):
    dependencies = [("upward", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("upward_recipient", within_units("app.scope")),
        fence("upward_layoutrow", within_units("app.scope")),
        fence("upward_handedcopy", within_units("app.scope")),
    ]
