"""What is left in a database when the addon is uninstalled."""

from . import console, postgres

# What a database consists of but for the records of people, and how it is listed.
PARTS = {
    "shipped record": "SELECT module || '.' || name FROM ir_model_data"
    " WHERE module = 'account_collections'",
    "model": "SELECT model FROM ir_model",
    "field": "SELECT model || '.' || name FROM ir_model_fields",
    "constraint in Odoo's list": "SELECT name FROM ir_model_constraint",
    "relation in Odoo's list": "SELECT name FROM ir_model_relation",
    "table, view or index": "SELECT relname FROM pg_class"
    # Numbering takes its sequences from the journals that people open.
    " WHERE relnamespace = 'public'::regnamespace AND relname !~ '^ir_sequence_[0-9]'",
    "column": "SELECT table_name || '.' || column_name FROM information_schema.columns"
    " WHERE table_schema = 'public'",
    "constraint": "SELECT conrelid::regclass || ' ' || conname FROM pg_constraint",
    "trigger": "SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger"
    " WHERE NOT tgisinternal",
    "function": "SELECT oid::regprocedure FROM pg_proc"
    " WHERE pronamespace = 'public'::regnamespace",
    "setting": "SELECT key FROM ir_config_parameter",
    "scheduled action": "SELECT cron_name FROM ir_cron",
    "trigger of a scheduled action that is gone": "SELECT t.id FROM ir_cron_trigger t"
    " WHERE NOT EXISTS (SELECT FROM ir_cron c WHERE c.id = t.cron_id)",
    "action": "SELECT type || ' ' || (name ->> 'en_US') FROM ir_actions",
    "menu": "SELECT name ->> 'en_US' FROM ir_ui_menu",
    "view": "SELECT model || ' ' || name FROM ir_ui_view",
    "mail template": "SELECT name ->> 'en_US' FROM mail_template",
    "type of activity": "SELECT name ->> 'en_US' FROM mail_activity_type",
    "group": "SELECT name ->> 'en_US' FROM res_groups",
    "record rule": "SELECT name FROM ir_rule",
    "right": "SELECT name FROM ir_model_access",
    "sequence": "SELECT code FROM ir_sequence WHERE code IS NOT NULL",
}


def find(before, after):
    """Answer what a database has that another has not, as lines of text.

    :param before: a database without the addon
    :param after: a copy of it in which the addon was installed and uninstalled
    """
    return [
        f"{kind}: {name}"
        for kind, statement in PARTS.items()
        for name in sorted(
            set(postgres.query(statement, after))
            - set(postgres.query(statement, before))
        )
    ]


def expect_none(before, after):
    """Fail if the addon left something behind; see `find`."""
    if left := find(before, after):
        lines = "\n".join(left)
        raise console.Failure(f"{len(left)} things are left of the addon:\n{lines}")
