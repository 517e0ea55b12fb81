import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("orgs", "0003_sites_and_teams"),
    ]

    operations = [
        migrations.CreateModel(
            name="DetectionSetting",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("auto", "against what is usual, by the days on record"),
                            ("c1", "EARS C1"),
                            ("c2", "EARS C2"),
                            ("c3", "EARS C3"),
                            ("cusum", "negative-binomial CUSUM"),
                            ("at_least", "a fixed number of people"),
                        ],
                        max_length=10,
                        verbose_name="method",
                    ),
                ),
                ("syndrome", models.CharField(max_length=20, verbose_name="what is counted")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("class", "class"),
                            ("school", "school"),
                            ("county", "county"),
                            ("prefecture", "prefecture"),
                            ("province", "province"),
                        ],
                        max_length=12,
                        verbose_name="looks at each",
                    ),
                ),
                ("cases", models.PositiveIntegerField(default=0, verbose_name="people")),
                ("window_days", models.PositiveSmallIntegerField(default=1, verbose_name="within days")),
                (
                    "alpha",
                    models.DecimalField(
                        decimal_places=8, default=0, max_digits=9, verbose_name="share of false alarms"
                    ),
                ),
                ("adjusted", models.BooleanField(default=False, verbose_name="adjusted for the number of units")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "proposed"), ("on", "switched on"), ("off", "switched off")],
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "false_alarms",
                    models.DecimalField(decimal_places=6, max_digits=14, verbose_name="false alarms a day"),
                ),
                ("series", models.PositiveIntegerField(verbose_name="units looked at")),
                (
                    "rates",
                    models.CharField(
                        choices=[("own", "the records of the last weeks"), ("pack", "base rates of the rule pack")],
                        max_length=6,
                        verbose_name="reckoned from",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
                ("proposed_by", models.CharField(max_length=60, verbose_name="proposed by")),
                ("on_at", models.DateTimeField(blank=True, null=True, verbose_name="switched on at")),
                ("on_by", models.CharField(blank=True, max_length=60, verbose_name="switched on by")),
                ("off_at", models.DateTimeField(blank=True, null=True, verbose_name="switched off at")),
                ("off_by", models.CharField(blank=True, max_length=60, verbose_name="switched off by")),
                ("off_reason", models.CharField(blank=True, max_length=200, verbose_name="why it was switched off")),
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
                "verbose_name": "detection setting",
                "verbose_name_plural": "detection settings",
            },
        ),
        migrations.CreateModel(
            name="DetectionRun",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "setting", "day", "final", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("final", models.BooleanField(verbose_name="final")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("series", models.PositiveIntegerField(verbose_name="units looked at")),
                ("short", models.PositiveIntegerField(default=0, verbose_name="with too few days")),
                ("alarms", models.PositiveIntegerField(default=0, verbose_name="alarms")),
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
                    "setting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="surveillance.detectionsetting",
                        verbose_name="setting",
                    ),
                ),
            ],
            options={
                "verbose_name": "run of a setting",
                "verbose_name_plural": "runs of settings",
            },
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("syndrome", models.CharField(max_length=20, verbose_name="what is counted")),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("auto", "against what is usual, by the days on record"),
                            ("c1", "EARS C1"),
                            ("c2", "EARS C2"),
                            ("c3", "EARS C3"),
                            ("cusum", "negative-binomial CUSUM"),
                            ("at_least", "a fixed number of people"),
                        ],
                        max_length=10,
                        verbose_name="method",
                    ),
                ),
                ("observed", models.PositiveIntegerField(verbose_name="counted")),
                ("answered", models.PositiveIntegerField(verbose_name="answered")),
                ("expected", models.DecimalField(decimal_places=4, max_digits=12, null=True, verbose_name="usual")),
                ("upper", models.DecimalField(decimal_places=4, max_digits=12, null=True, verbose_name="upper bound")),
                ("p", models.DecimalField(decimal_places=9, max_digits=10, null=True, verbose_name="p")),
                ("fewest", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("found_at", models.DateTimeField(verbose_name="found at")),
                ("alert", models.CharField(blank=True, max_length=120, verbose_name="alert")),
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
                    "setting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alarms",
                        to="surveillance.detectionsetting",
                        verbose_name="setting",
                    ),
                ),
            ],
            options={
                "verbose_name": "alarm",
                "verbose_name_plural": "alarms",
            },
        ),
        migrations.CreateModel(
            name="DayCount",
            fields=[
                ("path", models.CharField(db_collation="C", editable=False, max_length=200)),
                ("sector_path", models.CharField(blank=True, db_collation="C", editable=False, max_length=200)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("above", models.CharField(blank=True, db_collation="C", editable=False, max_length=200)),
                ("level", models.CharField(max_length=20, verbose_name="kind")),
                ("expected", models.PositiveIntegerField(verbose_name="expected")),
                ("answered", models.PositiveIntegerField(verbose_name="answered")),
                ("counts", models.JSONField(default=dict, verbose_name="counts")),
                ("bounds", models.JSONField(default=dict, editable=False)),
                ("fewest", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "daily count of illness",
                "verbose_name_plural": "daily counts of illness",
                "indexes": [
                    models.Index(fields=["above", "day"], name="surveillanc_above_de0348_idx"),
                    models.Index(fields=["day", "path"], name="surveillanc_day_03b28e_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("day__gte", "2000-01-01"), ("day__lt", "2200-01-01")),
                        name="day_count_day_is_a_day",
                        violation_error_message="The day is out of the calendar.",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="detectionsetting",
            index=models.Index(fields=["unit", "proposed_at"], name="surveillanc_unit_id_d43344_idx"),
        ),
        migrations.AddConstraint(
            model_name="detectionsetting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "on")),
                fields=("unit", "syndrome", "level", "method"),
                name="one_setting_on",
                violation_error_message="A setting like this one is switched on already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="detectionsetting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("off_at__isnull", True), ("on_at__isnull", True), ("state", "proposed")),
                    models.Q(("off_at__isnull", True), ("on_at__isnull", False), ("state", "on")),
                    models.Q(("off_at__isnull", False), ("state", "off")),
                    _connector="OR",
                ),
                name="setting_state_has_its_moment",
                violation_error_message="A setting that is on or off says since when.",
            ),
        ),
        migrations.AddIndex(
            model_name="alarm",
            index=models.Index(fields=["unit", "day"], name="surveillanc_unit_id_a33c2b_idx"),
        ),
        migrations.AddConstraint(
            model_name="alarm",
            constraint=models.UniqueConstraint(
                fields=("setting", "unit", "day"),
                name="one_alarm_a_day",
                violation_error_message="This alarm is on record.",
            ),
        ),
    ]
