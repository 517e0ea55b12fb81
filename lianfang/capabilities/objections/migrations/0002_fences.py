"""An objection is seen by whose status it is about, and by those whose role sees people there (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units


class Migration(migrations.Migration):
    dependencies = [("objections", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("objections_objection", f"{within_units('app.person_scope')} OR {among_persons()}"),
    ]
