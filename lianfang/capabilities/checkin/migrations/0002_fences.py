"""Contact attempts are seen where people are (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units


class Migration(migrations.Migration):
    dependencies = [("checkin", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("checkin_contactattempt", within_units("app.person_scope")),
    ]
