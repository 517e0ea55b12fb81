"""Who is responsible is seen within scope (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units


class Migration(migrations.Migration):
    dependencies = [("responsibility", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("responsibility_responsible", within_units("app.scope")),
        fence("responsibility_postmark", within_units("app.scope")),
        fence("responsibility_zone", within_units("app.scope")),
    ]
