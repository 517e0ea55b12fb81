"""The key of an answer begins with its unit, so an index on the unit alone is only one more to write."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reporting", "0005_answers_weighed")]

    operations = [
        migrations.AlterField(
            model_name=name,
            name="unit",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="orgs.unit", verbose_name="unit"
            ),
        )
        for name in ("answer", "answerrevision")
    ]
