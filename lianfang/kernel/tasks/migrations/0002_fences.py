"""Tasks are seen by those over the unit, and by the person they are about; they hold no name (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("tasks_task", f"{within_units('app.scope')} OR {among_persons()}"),
    ]
