"""Days at home after a release (解除后居家健康监测), and the tests of that time."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0003_sites_and_teams"),
        ("people", "0005_merged_ones_are_few"),
        ("stays", "0004_fences_of_tests_in_isolation"),
    ]

    operations = [
        migrations.CreateModel(
            name="HomeWatch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="since")),
                ("until", models.DateField(verbose_name="last day")),
                ("edition", models.CharField(blank=True, max_length=120, verbose_name="edition of the rules")),
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
                    "stay",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="home_watch",
                        to="stays.stay",
                        verbose_name="stay",
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
                "verbose_name": "health monitoring at home",
                "verbose_name_plural": "health monitoring at home",
            },
        ),
        migrations.CreateModel(
            name="HomeTest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("sampled_at", models.DateTimeField(verbose_name="sample taken at")),
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
                (
                    "watch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tests",
                        to="stays.homewatch",
                        verbose_name="monitoring at home",
                    ),
                ),
            ],
            options={
                "verbose_name": "test at home",
                "verbose_name_plural": "tests at home",
            },
        ),
        migrations.AddIndex(
            model_name="homewatch",
            index=models.Index(fields=["unit", "until"], name="stays_homew_unit_id_5dd711_idx"),
        ),
        migrations.AddIndex(
            model_name="hometest",
            index=models.Index(fields=["watch", "day"], name="stays_homet_watch_i_ed1f9f_idx"),
        ),
    ]
