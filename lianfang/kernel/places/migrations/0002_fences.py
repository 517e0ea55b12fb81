"""Places and who is where are seen by those over the unit; names are elsewhere (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("places_place", within_units("app.scope")),
        fence("places_occupancy", f"{within_units('app.scope')} OR {among_persons()}"),
        fence("places_premises", within_units("app.scope")),
        fence("places_expected", within_units("app.scope")),
    ]
