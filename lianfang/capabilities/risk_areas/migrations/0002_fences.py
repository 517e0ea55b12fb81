"""Lists are seen by those over the unit; where somebody stayed by the person and whose role sees people (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units


class Migration(migrations.Migration):
    dependencies = [("risk_areas", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("risk_areas_arealist", within_units("app.scope")),
        fence("risk_areas_area", within_units("app.scope")),
        fence("risk_areas_sojourn", f"{within_units('app.person_scope')} OR {among_persons()}"),
    ]
