"""People are seen by those over their unit whose role sees people, by themselves and their guardians (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("people_membership", f"{within_units('app.person_scope')} OR {among_persons()}"),
        fence(
            "people_person",
            f"{within_units('app.person_scope', 'home_unit_id')} OR {among_persons('id')}"
            " OR EXISTS (SELECT 1 FROM people_membership m WHERE m.person_id = people_person.id)",
        ),
        fence("people_absence", f"{within_units('app.person_scope')} OR {among_persons()}"),
        fence(
            "people_guardianship",
            f"{among_persons('guardian_id')} OR {among_persons('ward_id')}"
            " OR EXISTS (SELECT 1 FROM people_membership m WHERE m.person_id = people_guardianship.ward_id)",
        ),
    ]
