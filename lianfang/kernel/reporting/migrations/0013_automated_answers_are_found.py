"""Answers that look automated are found by their day without reading the others (脚本填报的查找)."""

from django.db import migrations

# Few among many, or none: the index is empty where nobody answers by script.
AUTOMATED = "CREATE INDEX reporting_answer_automated ON reporting_answer (day, unit_id) WHERE automated"


class Migration(migrations.Migration):
    dependencies = [("reporting", "0012_days_of_offices")]
    operations = [migrations.RunSQL(AUTOMATED, "DROP INDEX reporting_answer_automated")]
