"""Whether an answer counts is kept with it, so that a recount need not look up every person's roster."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reporting", "0004_alike_answers_and_samples_are_found")]

    operations = [
        migrations.AddField(
            model_name=name,
            name="counted",
            field=models.BooleanField(default=True, db_default=True, editable=False),
        )
        for name in ("answer", "answerrevision")
    ]
