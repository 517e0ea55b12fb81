"""Classes and their hygiene are seen within scope; who attends and who ate, where people are seen (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units

OF_PEOPLE = f"({within_units('app.person_scope')} OR {among_persons()})"
OF_UNITS = (
    "trainingphase", "classrun", "roomplan", "lodgingplan", "classsitting", "workorder", "openinganswer",
    "zonedisinfection", "marker", "markercheck",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("training", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        *(fence(f"training_{name}", within_units("app.scope")) for name in OF_UNITS),
        fence("training_enrolment", OF_PEOPLE),
        fence("training_mealscan", OF_PEOPLE),
    ]
