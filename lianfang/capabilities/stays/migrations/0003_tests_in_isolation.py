"""A test of somebody in isolation (隔离者检测): its result decides how the isolation ends."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0003_sites_and_teams"),
        ("people", "0005_merged_ones_are_few"),
        ("stays", "0002_fences"),
    ]

    operations = [
        migrations.CreateModel(
            name="IsolationTest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sampled_at", models.DateTimeField(verbose_name="sample taken at")),
                ("sample", models.CharField(blank=True, max_length=40, verbose_name="sample number")),
                (
                    "result",
                    models.CharField(
                        choices=[("negative", "negative"), ("positive", "positive"), ("unclear", "unclear")],
                        max_length=10,
                        verbose_name="result",
                    ),
                ),
                ("resulted_at", models.DateTimeField(verbose_name="result at")),
                ("by", models.CharField(max_length=60, verbose_name="by")),
                (
                    "isolated",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tests",
                        to="stays.isolated",
                        verbose_name="isolated person",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                        verbose_name="person",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "test in isolation",
                "verbose_name_plural": "tests in isolation",
                "indexes": [models.Index(fields=["isolated", "sampled_at"], name="stays_isola_isolate_4c293c_idx")],
            },
        ),
    ]
