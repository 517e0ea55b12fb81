"""Two editions of one rule pack for all, without a unit, do not overlap either (无辖区规则包同样互斥)."""

import django.contrib.postgres.constraints
from django.db import migrations, models
from django.db.models.functions import Coalesce

import lianfang.kernel.policies.models


class Migration(migrations.Migration):
    dependencies = [("policies", "0004_editions")]
    operations = [
        migrations.RemoveConstraint(model_name="rulepack", name="one_edition_at_a_time"),
        migrations.AddConstraint(
            model_name="rulepack",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("series", ""), _negated=True),
                expressions=[
                    (Coalesce("unit", models.Value(0, models.BigIntegerField())), "="),
                    ("hazard", "="),
                    ("series", "="),
                    (lianfang.kernel.policies.models.DateRange("valid_from", "valid_until", models.Value("[]")), "&&"),
                ],
                name="one_edition_at_a_time",
                violation_error_message="Another edition of this rule pack is in force at that time.",
            ),
        ),
    ]
