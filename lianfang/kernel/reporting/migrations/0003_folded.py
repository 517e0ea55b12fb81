"""Added-up figures of the offices (上级汇总): whose counts moved, what was added up, and when it was done last.

Plain tables without models: they hold nothing that cannot be counted again from dues, counters and reports.
"""

from django.db import migrations

from lianfang.kernel.database.rows import fence, open_table

# Only added to and emptied, about every other second; without frequent cleaning it would grow and be slow to read.
STALE = """
CREATE TABLE reporting_stale (unit_id bigint NOT NULL, day date NOT NULL)
  WITH (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0)
"""
FOLDED = """
CREATE TABLE reporting_folded (
    day date NOT NULL, path varchar(200) COLLATE "C" NOT NULL, above varchar(200) COLLATE "C" NOT NULL,
    figures jsonb NOT NULL, PRIMARY KEY (day, path)
) WITH (fillfactor = 70)
"""
LAST = """
CREATE TABLE reporting_fold (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), began_at timestamptz NOT NULL, tree text NOT NULL
)
"""
# The names of missing units, the first of the tree first: a province has tens of thousands of dues a day.
MISSING = """
CREATE INDEX dues_due_missing ON dues_due (day, kind, path) WHERE settled_at IS NULL AND excused = '' AND source
"""
# The offices are few among many units; the fold looks at them every time.
OFFICES = """
CREATE INDEX orgs_unit_not_class ON orgs_unit (kind) WHERE kind <> 'class'
"""
# Corrections are few among many reports.
CORRECTED = """
CREATE INDEX reporting_unitreport_corrected ON reporting_unitreport (day, form, path) WHERE revision > 1
"""
SEEN = (
    "EXISTS (SELECT 1 FROM unnest(string_to_array(nullif(current_setting('app.scope', true), ''), ',')) AS p"
    " WHERE p <> '' AND path >= p AND path < left(p, -1) || '0')"
)


class Migration(migrations.Migration):
    dependencies = [("reporting", "0002_fences"), ("dues", "0002_fences")]
    operations = [
        migrations.RunSQL(STALE, "DROP TABLE reporting_stale"),
        migrations.RunSQL(FOLDED, "DROP TABLE reporting_folded"),
        migrations.RunSQL("CREATE INDEX reporting_folded_above ON reporting_folded (day, above)", ""),
        migrations.RunSQL(LAST, "DROP TABLE reporting_fold"),
        migrations.RunSQL(MISSING, "DROP INDEX dues_due_missing"),
        migrations.RunSQL(CORRECTED, "DROP INDEX reporting_unitreport_corrected"),
        migrations.RunSQL(OFFICES, "DROP INDEX orgs_unit_not_class"),
        # Whoever changes a counter notes it; only the fold reads the notes and writes what was added up.
        fence("reporting_stale", "false", write="true", grants="INSERT"),
        fence("reporting_folded", SEEN, grants="SELECT"),
        open_table("reporting_fold", "SELECT"),
    ]
