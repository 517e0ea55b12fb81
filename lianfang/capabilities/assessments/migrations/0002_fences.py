"""Risks of a unit are seen within the scope of figures; scores and reviews are only ever added (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import fence, within_units


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("assessments_riskassessment", within_units("app.scope")),
        fence("assessments_riskentry", within_units("app.scope")),
        fence("assessments_riskscore", within_units("app.scope"), grants="SELECT, INSERT"),
        fence("assessments_riskreview", within_units("app.scope"), grants="SELECT, INSERT"),
    ]
