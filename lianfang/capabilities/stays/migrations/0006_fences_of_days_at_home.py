"""Days at home are seen by those over the person's unit whose role sees people, and by the person (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units

PEOPLE = f"{within_units('app.person_scope')} OR {among_persons()}"


class Migration(migrations.Migration):
    dependencies = [("stays", "0005_days_at_home"), ("orgs", "0002_fences")]
    operations = [
        fence("stays_homewatch", PEOPLE, grants="SELECT, INSERT"),
        fence("stays_hometest", PEOPLE, grants="SELECT, INSERT"),
    ]
