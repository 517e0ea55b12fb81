"""The newly ill are counted beside all who are ill (新发入监测计数): the days on walls are counted anew, once."""

from django.db import migrations

ANEW = [
    "SET LOCAL ROLE lianfang_system",
    """
INSERT INTO reporting_moved (unit_id, day)
SELECT 0, d::date FROM generate_series(current_date - 60, current_date + 1, interval '1 day') d
 WHERE EXISTS (SELECT FROM surveillance_daycount r WHERE r.day = d::date)
""",
    "RESET ROLE",
]


class Migration(migrations.Migration):
    dependencies = [
        ("surveillance", "0003_one_setting_of_these_words"),
        ("reporting", "0015_counts_hidden_for_their_neighbours"),
    ]
    operations = [migrations.RunSQL(ANEW, migrations.RunSQL.noop)]
