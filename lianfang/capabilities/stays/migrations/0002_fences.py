"""Stays are seen by those over the site whose role sees people, and by the person (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units

PEOPLE = f"{within_units('app.person_scope')} OR {among_persons()}"


class Migration(migrations.Migration):
    dependencies = [("stays", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("stays_manifest", within_units("app.scope")),
        fence("stays_closedround", within_units("app.scope")),
        fence("stays_feedback", within_units("app.scope")),
        fence("stays_isolation", within_units("app.person_scope")),
        *(fence(f"stays_{name}", PEOPLE) for name in ("stay", "change", "labtest", "isolated")),
    ]
