from odoo import api, models
from odoo.tools import format_datetime
from odoo.tools.image import image_data_uri


class ReportCollectionPlanSignature(models.AbstractModel):
    """The last page of a signed agreement: who signed what, when and from where."""

    _name = "report.account_collections.report_collection_plan_signature"
    _inherit = "collection.document"
    _description = "Signature of an Installment Agreement (PDF)"
    _document_model = "collection.installment.plan"
    _document_template = "collection_plan_signature_document"

    @api.model
    def _prepare(self, records):
        return {plan: self._prepare_plan(plan) for plan in records}

    @api.model
    def _prepare_plan(self, plan):
        env = self.with_context(lang=plan.lang).env
        own = plan.with_env(env)
        case = own.case_id
        recipient = env["collection.recipient"]._find_for_letters(case)[case]
        zone = own.company_id._get_collection_zone()
        return {
            **env["collection.message.composer"]._get_parties(case, recipient),
            "plan": own,
            "subject": env._("Signature of installment agreement %s", own.name),
            "signature_uri": own.signature and image_data_uri(own.signature),
            "signed_on": format_datetime(env, own.signed_on, tz=zone),
            "zone": zone,
        }
