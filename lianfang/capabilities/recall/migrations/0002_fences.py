"""Orders are seen over the unit; whom they concern only where people are seen (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units


class Migration(migrations.Migration):
    dependencies = [("recall", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("recall_recallorder", within_units("app.scope")),
        fence("recall_recallperson", f"{within_units('app.person_scope')} OR {among_persons()}"),
    ]
