"""Tests in isolation are seen by those over the school whose role sees people, and by the person (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units


class Migration(migrations.Migration):
    dependencies = [("stays", "0003_tests_in_isolation"), ("orgs", "0002_fences")]
    operations = [
        fence(
            "stays_isolationtest", f"{within_units('app.person_scope')} OR {among_persons()}", grants="SELECT, INSERT"
        )
    ]
