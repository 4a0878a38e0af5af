from odoo.tools import SQL

# In the order in which nothing is left that points to a deleted row.
WORK_TABLES = (
    "collection_inbox",
    "collection_blocked_attempt",
    "collection_charge",
    "collection_claim_distribution",
    "collection_claim",
    "collection_bankruptcy_event",
    "collection_bankruptcy_deadline",
    "collection_bankruptcy",
    "collection_installment_plan",
    "collection_settlement",
    "collection_promise_line",
    "collection_promise",
    "collection_dispute",
    "collection_contact_seal",
    "collection_contact",
    "collection_step",
    "collection_letter",
    "collection_hold",
    "collection_item_pause",
    "collection_item",
    "collection_decision",
    "collection_case",
    "collection_terms",
    "collection_stage",
    "collection_policy",
)
# Records with to-dos.
THREAD_MODELS = (
    "collection.bankruptcy",
    "collection.bankruptcy.deadline",
    "collection.case",
    "collection.claim",
    "collection.dispute",
    "collection.inbox",
    "collection.installment.plan",
    "collection.promise",
    "collection.reference.rate",
    "collection.settlement",
    "collection.terms",
)
# What the demo data adds to Odoo's own records: by now it stands on invoices.
DEMO_MODELS = (
    "account.payment.term",
    "res.bank",
    "res.partner",
    "res.partner.bank",
    "res.users",
)


def post_init_hook(env):
    """Give the shipped policies to the companies that exist already, and store what the
    shipped data still owe."""
    # Of demo data that failed, Odoo takes back the rows but not what it remembers, and
    # with them what the other data had left to be computed until then.
    env.invalidate_all()
    templates = env["ir.model.data"]._get_shipped_by_collections("mail.template")
    env.add_to_compute(templates._fields["model"], templates)
    env["collection.policy"]._copy_to_companies(env["res.company"].search([]))
    # The review writes every case every night: with room on its page, a new version of
    # a row needs no entries in the indexes.
    env.cr.execute(SQL("ALTER TABLE collection_case SET (fillfactor = 60)"))


def uninstall_hook(env):
    """Leave nothing behind but what stands on invoices.

    Cases and what was done for them refuse to be deleted one by one, and keep the
    policies, stages and templates from being deleted; here they all go.
    """
    env["mail.activity"].search([("res_model", "in", THREAD_MODELS)]).unlink()
    env["ir.model.data"].search(
        [("module", "=", "account_collections"), ("model", "in", DEMO_MODELS)]
    ).unlink()
    # Odoo drops the columns that we add to its tables, and keeps these in its list.
    env["ir.model.constraint"].search(
        [
            ("module.name", "=", "account_collections"),
            ("type", "=", "f"),
            ("model.model", "not like", "collection."),
        ]
    ).unlink()
    # Versions of a claim hold on to each other.
    env.cr.execute(SQL("UPDATE collection_claim SET previous_id = NULL"))
    for table in WORK_TABLES:
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
    env.invalidate_all(flush=False)
