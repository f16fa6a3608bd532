"""Views for whoever opens the database with another tool: trial balance and exceptions."""

from django.db import migrations

_TRIAL_BALANCE = """
CREATE VIEW closing_trial_balance AS
SELECT account.code AS account, account.name AS name, account.type AS type,
       account.opening / 100.0 AS opening,
       COALESCE(SUM(CASE WHEN line.amount > 0 THEN line.amount END), 0) / 100.0 AS debits,
       COALESCE(SUM(CASE WHEN line.amount < 0 THEN -line.amount END), 0) / 100.0 AS credits,
       (account.opening + COALESCE(SUM(line.amount), 0)) / 100.0 AS closing
FROM closing_account AS account
LEFT JOIN (
    SELECT each.account_id, each.amount FROM closing_journalline AS each
    JOIN closing_journalentry AS entry ON entry.id = each.entry_id AND NOT entry.held
) AS line ON line.account_id = account.id
GROUP BY account.id, account.code, account.name, account.type, account.opening
"""
_EXCEPTIONS = """
CREATE VIEW closing_exceptions AS
SELECT source.file AS file, found.kind AS kind, found.severity AS severity, found.entry AS entry,
       found.account AS account, found.row AS row_number, found.amount / 100.0 AS amount,
       found.text AS text
FROM closing_ledgerexception AS found
JOIN closing_ledgerimport AS source ON source.id = found.source_id
"""


class Migration(migrations.Migration):
    """Adds the views."""

    dependencies = [("closing", "0001_initial")]
    operations = [
        migrations.RunSQL(_TRIAL_BALANCE, "DROP VIEW closing_trial_balance"),
        migrations.RunSQL(_EXCEPTIONS, "DROP VIEW closing_exceptions"),
    ]
