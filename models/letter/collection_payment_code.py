from functools import partial

from odoo import api, models
from odoo.tools import format_amount


class CollectionPaymentCode(models.AbstractModel):
    """Have Odoo make QR codes of what is asked for, which banking apps read.

    Which standards there are depends on what is installed: SEPA, Swiss, EMV. They are
    made where the company has them on its invoices (Odoo's setting *QR Codes*), and
    name the holder of the account as the bank knows it, for banks compare the names.
    """

    _name = "collection.payment.code"
    _description = "QR Code of What Is Asked For"

    @api.model
    def _get_codes(self, company, customer, bank, amounts, reference):
        """Prepare the codes of a message, a statement or a page.

        :param company: res.company record
        :param customer: res.partner record
        :param bank: res.partner.bank record to pay to, or none
        :param dict amounts: what is asked for, per res.currency id
        :param str reference: what to quote
        :return: list of dicts per currency: its name, the amount as text, ``url`` of
            the picture, ``image`` that makes its data, and ``problem`` if there is none
        """
        if not company.qr_code:
            return []
        asked = (
            self.env["res.currency"]
            .browse(amounts)
            .filtered(
                lambda currency: currency.compare_amounts(amounts[currency.id], 0) > 0
            )
        )
        return [
            self._get_code(
                bank,
                {
                    "amount": currency.round(amounts[currency.id]),
                    "free_communication": reference or "",
                    # Of one invoice it may be one that a program can read.
                    "structured_communication": reference or "",
                    "currency": currency,
                    "debtor_partner": customer,
                },
            )
            for currency in asked.sorted(
                lambda currency: (currency != company.currency_id, currency.name)
            )
        ]

    @api.model
    def _get_code(self, bank, vals):
        """:return: dict of the code of an amount, see ``_get_codes``"""
        method, problem = self._find_method(bank, vals)
        code = {
            "currency": vals["currency"].name,
            "amount": format_amount(self.env, vals["amount"], vals["currency"]),
            "problem": problem,
        }
        if method:
            code["url"] = bank._get_qr_code_url(method, **vals)
            # A picture takes a while: only what shows it has it made.
            code["image"] = partial(bank._get_qr_code_base64, method, **vals)
        return code

    @api.model
    def _find_method(self, bank, vals):
        """:return: the first method of Odoo's that can write the code, and why there is
        none"""
        if not bank:
            return False, self.env._("There is no bank account to pay to.")
        problems = []
        for method, _name in bank.get_available_qr_methods_in_sequence():
            problem = bank._get_error_messages_for_qr(
                method, vals["debtor_partner"], vals["currency"]
            ) or bank._check_for_qr_code_errors(method, **vals)
            if not problem:
                return method, False
            # The first thing that is wrong is what it takes to know.
            problems += problem.splitlines()[:1]
        return False, " ".join(problems) or self.env._(
            "No standard for QR codes is installed."
        )
