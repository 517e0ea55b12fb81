"""Answers that say ill are found by their unit as well (按单位查找病例): an institution's weeks are read at once."""

from django.db import migrations

# A day of the province is asked by the day; two months of one institution would read all others' for that.
ILL = """
CREATE INDEX reporting_answer_ill_of_unit ON reporting_answer (unit_id, day)
 WHERE fever OR symptoms <> '{}' OR state = 'unwell'
"""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0013_automated_answers_are_found")]
    operations = [migrations.RunSQL(ILL, "DROP INDEX reporting_answer_ill_of_unit")]
