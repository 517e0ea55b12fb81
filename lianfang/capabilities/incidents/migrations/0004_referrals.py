"""Referrals of an incident: they name no patient and are seen within scope, as the incident is (转诊)."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

from lianfang.kernel.database.rows import fence, within_units


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_alerts_of_unusual_counts"), ("orgs", "0003_sites_and_teams")]
    operations = [
        migrations.CreateModel(
            name="Referral",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("provider", models.CharField(max_length=80, verbose_name="provider")),
                ("transport", models.CharField(max_length=80, verbose_name="transport")),
                ("handed_over_at", models.DateTimeField(verbose_name="handed over at")),
                ("handed_over_by", models.CharField(max_length=60, verbose_name="handed over by")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="accepted at")),
                ("accepted_by", models.CharField(blank=True, max_length=60, verbose_name="accepted by")),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="incidents.incident",
                        verbose_name="incident",
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
                "verbose_name": "referral",
                "verbose_name_plural": "referrals",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("accepted_at__isnull", True))
                        | models.Q(("accepted_at__gte", models.F("handed_over_at"))),
                        name="referral_accepted_after_handing_over",
                        violation_error_message="Nobody is taken in before being handed over.",
                    )
                ],
            },
        ),
        fence("incidents_referral", within_units("app.scope")),
    ]
