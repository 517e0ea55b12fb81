"""Answers that say ill are found by their day; whose counts moved is passed on to other counters (病例计数的来源).

The plain table holds nothing that cannot be counted again: a row a unit and day for whoever counts after the fold.
"""

from django.db import migrations

from lianfang.kernel.database.rows import fence

# Few among many answers: counting a day of a province need not read the others.
ILL = """
CREATE INDEX reporting_answer_ill ON reporting_answer (day, unit_id)
 WHERE fever OR symptoms <> '{}' OR state = 'unwell'
"""
MOVED = """
CREATE TABLE reporting_moved (unit_id bigint NOT NULL, day date NOT NULL)
  WITH (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0)
"""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0010_answers_stand_beside_their_counters")]
    operations = [
        migrations.RunSQL(ILL, "DROP INDEX reporting_answer_ill"),
        migrations.RunSQL(MOVED, "DROP TABLE reporting_moved"),
        fence("reporting_moved", "false", grants="SELECT"),
    ]
