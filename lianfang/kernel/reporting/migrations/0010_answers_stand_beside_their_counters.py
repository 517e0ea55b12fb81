"""An answer is written beside its counter row, whose key leads to the unit; a constraint of its own is one more check.

See docs/adr/0010.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reporting", "0006_answers_are_found_by_their_key")]

    operations = [
        migrations.AlterField(
            model_name="answer",
            name="unit",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="orgs.unit",
                verbose_name="unit",
            ),
        )
    ]
