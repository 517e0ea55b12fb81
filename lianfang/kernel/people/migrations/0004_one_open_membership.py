"""At most one membership of somebody in a unit has no end, so that a roster can be counted by its rows."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_a_class_check_covers_those_entered_before_it")]

    operations = [
        migrations.RemoveIndex(model_name="membership", name="people_memb_unit_id_db10da_idx"),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                fields=["unit", "until"], name="membership_ending", condition=models.Q(until__isnull=False)
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=["unit", "person"],
                name="one_open_membership",
                condition=models.Q(until__isnull=True),
                violation_error_message="This person is on the roster already.",
            ),
        ),
    ]
