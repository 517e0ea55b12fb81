"""Beside the kept counts of offices stands which of them are hidden for their neighbours (机关互补隐藏)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reporting", "0014_ill_answers_of_a_unit_are_found")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE reporting_office_day ADD COLUMN bounds integer[] NOT NULL DEFAULT '{}'",
            "ALTER TABLE reporting_office_day DROP COLUMN bounds",
        ),
    ]
