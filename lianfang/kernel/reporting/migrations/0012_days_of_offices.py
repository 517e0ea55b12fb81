"""How people fare under each office on each day (机关每日健康概况): kept, so that sixty days are read at once.

A plain table without a model, like the folded figures: it holds nothing that cannot be counted again from statuses and
answers.
"""

from django.db import migrations

from lianfang.kernel.database.rows import fence

DAYS = """
CREATE TABLE reporting_office_day (
    day date NOT NULL, path varchar(200) COLLATE "C" NOT NULL, health integer[] NOT NULL,
    counted_at timestamptz NOT NULL, PRIMARY KEY (path, day)
) WITH (fillfactor = 70)
"""
SEEN = (
    "EXISTS (SELECT 1 FROM unnest(string_to_array(nullif(current_setting('app.scope', true), ''), ',')) AS p"
    " WHERE p <> '' AND path >= p AND path < left(p, -1) || '0')"
)


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0011_ill_answers_are_found_and_what_moved_is_passed_on"),
        ("orgs", "0001_initial"),
        ("statuses", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(DAYS, "DROP TABLE reporting_office_day"),
        # Counts of people are asked of an office by whoever sees the whole of it.
        fence("reporting_office_day", SEEN, grants="SELECT"),
    ]
