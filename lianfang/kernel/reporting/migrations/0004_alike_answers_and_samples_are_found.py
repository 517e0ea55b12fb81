"""Indexes by which a script's alike answers and a laboratory sample are found, however many rows there are."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reporting", "0003_folded")]

    operations = [
        migrations.RemoveIndex(model_name="receipt", name="reporting_r_sender__fa4d67_idx"),
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(
                fields=["sample_index"], name="answer_of_a_sample", condition=models.Q(sample_index__isnull=False)
            ),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(
                fields=["sender_id", "fingerprint", "received_at"], name="reporting_r_sender__5c2b30_idx"
            ),
        ),
    ]
