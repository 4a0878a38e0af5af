import re
import uuid
from datetime import timedelta
from typing import NamedTuple

from markupsafe import Markup
from odoo import api, models
from odoo.tools import format_date, get_lang, is_html_empty
from odoo.tools.image import image_data_uri

from ...tools.channels import channel_of
from ...tools.one_line import on_one_line

# What the lists show of an invoice.
MOVE_FIELDS = (
    "access_token",
    "commercial_partner_id",
    "company_id",
    "date",
    "invoice_date",
    "move_type",
    "name",
    "partner_bank_id",
    "payment_reference",
    "ref",
)
# What a message says of each due item.
FACTS = (
    "move_line_id",
    "status",
    "date_maturity",
    "amount_residual",
    "amount_residual_currency",
    "amount_due",
    "amount_disputed",
    "amount_promised",
    "amount_planned",
    "amount_in_transit",
)
HEADINGS = re.compile(r"<(/?)h[1-6]\b([^>]*)>", re.IGNORECASE)


class Listed(NamedTuple):
    """What a message shows of a case, as collection.exposure records.

    ``exposures``: all there is. ``items``: what is asked for, without ``covered``,
    which the open ``credits`` pay. ``asked``: what that comes to, as the decision has
    it, per res.currency id.
    """

    exposures: models.Model
    items: models.Model
    credits: models.Model
    covered: models.Model
    asked: dict

    def with_env(self, env):
        """:return: the same in another environment"""
        return Listed(*(rows.with_env(env) for rows in self[:-1]), self.asked)


class CollectionMessageComposer(models.AbstractModel):
    """Write the message of a step: words, due items, credits, how to pay.

    One place prepares the values; the e-mail, the letter and the preview show them.
    Everything is in the language of the recipient.
    """

    _name = "collection.message.composer"
    _description = "Collection Message"

    # ------------------------------------------------------------------
    # Language and words
    # ------------------------------------------------------------------

    @api.model
    def _get_lang(self, step):
        """:return: code of the first language of recipient, customer and company that
        is installed"""
        return self._choose_lang(
            step.recipient_id, step.partner_id, step.company_id.partner_id
        )

    @api.model
    def _choose_lang(self, *partners):
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        codes = [partner.lang for partner in partners if partner.lang in installed]
        return codes[0] if codes else get_lang(self.env).code

    @api.model
    def _get_words(self, step, lang):
        """Render subject and words of one step.

        :param step: collection.step record
        :param str lang: language code
        :return: subject (text) and words (Markup), edited by a person or the stage's
        """
        template = step.stage_id.template_id.with_context(lang=lang)
        subject, body = step.subject, step.body
        if not subject:
            subject = template._render_field("subject", step.ids, set_lang=lang)[
                step.id
            ]
        if is_html_empty(body):
            body = template._render_field(
                "body_html", step.ids, set_lang=lang, options={"post_process": True}
            )[step.id]
        subject = on_one_line(subject or "")
        # The subject is the only heading: a batch of letters is split by headings.
        return subject, Markup(HEADINGS.sub(r"<\1p\2>", str(body or "")))

    # ------------------------------------------------------------------
    # Values of the templates
    # ------------------------------------------------------------------

    @api.model
    def _get_values(self, step, listed, positions, history, figures):
        """Prepare what every form of the message shows.

        :param step: collection.step record
        :param Listed listed: the items and credits of the case
        :param dict positions: see ``collection.open.item.list._get_positions``
        :param list history: dicts of the texts to list
        :param dict figures: see ``collection.charge.table._get_figures``
        :return: dict for the QWeb templates ``collection_message_*``
        """
        lang = self._get_lang(step)
        message = self.with_context(lang=lang)
        return message._get_values_here(
            step.with_env(message.env),
            listed.with_env(message.env),
            positions,
            history,
            figures,
        )

    @api.model
    def _get_values_here(self, step, listed, positions, history, figures):
        """Like ``_get_values``, in the language of the context."""
        env, lang = self.env, self.env.lang
        exposures, items = listed.exposures, listed.items
        tables = self._get_tables(step, listed, positions)
        subject, words = self._get_words(step, lang)
        return {
            **self._get_parties(step.case_id, step.recipient_id),
            "step": step,
            "subject": subject,
            "words": words,
            "exposures": exposures,
            "facts": self._get_own_facts(
                step, self._get_fact_rows(exposures), listed.asked, history
            ),
            "items": items,
            "moves": items.move_id,
            "positions": positions,
            **tables,
            "history": history,
            "charges": env["collection.charge.table"]._get_tables(
                exposures, figures, step.stage_id
            )
            if figures
            else [],
            "discounts": self._get_discounts(step, items),
            **self._get_ways_to_pay(step.case_id, items.move_id, tables["asked"]),
            "attached": self._get_attached(
                step, tables["groups"] + tables["open_besides"]
            ),
        }

    @api.model
    def _get_discounts(self, step, items):
        demanded = self._get_demanded(step, items)
        return self.env["collection.settlement.discount"]._get_quotes(step, demanded)

    @api.model
    def _get_tables(self, step, listed, positions):
        """Make the tables of what is asked for and, of a final demand, of what is open
        besides; and have the words name what the first come to.

        :return: dict of ``groups`` and ``open_besides``, see
            ``collection.open.item.list._get_groups``, and of the amounts ``asked`` for
        """
        listing = self.env["collection.open.item.list"]
        items = listed.items
        demanded = self._get_demanded(step, items)
        balances = self._get_balances(step, items, listed.asked)
        # From what the tables show, instead of asking again.
        with self.env.protecting([step._fields["amount_text"]], step):
            step.amount_text = listing._get_amount_text(demanded, balances)
        others = items - demanded
        return {
            "asked": balances,
            "groups": listing._get_groups(
                demanded, listed.credits, positions, balances, listed.covered
            ),
            "open_besides": listing._get_groups(
                others, items.browse(), positions, listing._get_balances(others)
            ),
        }

    @api.model
    def _get_parties(self, case, recipient):
        """:return: values on sender and recipient, common to letters and statements,
        in the language of the context"""
        company, lang = case.company_id, self.env.lang
        return {
            "case": case,
            "company": company,
            "customer": case.partner_id,
            "recipient": recipient,
            "address": self.env["collection.recipient"]._get_address(recipient),
            "sender_address": self.env["collection.recipient"]._get_address(
                company.partner_id
            ),
            "sender_line": self._get_sender_line(company),
            "contact": self._get_contact(case),
            "lang": lang,
            "direction": get_lang(self.env, lang).direction,
            "today": format_date(
                self.env, company._get_collection_today(), date_format="long"
            ),
            "portal_url": company.get_base_url() + "/my/statement",
            **self._get_look(company),
        }

    @api.model
    def _get_sender_line(self, company):
        """:return: the sender as it shows above the address in a window envelope"""
        town = " ".join(filter(None, (company.zip, company.city)))
        return " · ".join(filter(None, (company.name, company.street, town)))

    @api.model
    def _get_look(self, company):
        """:return: the company's logo as data, none if it is Odoo's; and the colors of
        its e-mails"""
        logo = not company.uses_default_logo and company.partner_id.image_512
        return {
            "logo_uri": image_data_uri(logo) if logo else "",
            "button_color": company.email_secondary_color or "#1d4ed8",
            "button_text_color": company.email_primary_color or "#ffffff",
        }

    @api.model
    def _get_contact(self, case):
        """:return: dict of who signs and is called: the collector, else the company"""
        person = case._get_collector().partner_id
        company = case.company_id
        return {
            "name": person.name or company.name,
            "title": person.function,
            "phone": person.phone or company.phone,
            "email": person.email or company.email,
            "is_person": bool(person),
        }

    @api.model
    def _get_attached(self, step, groups):
        """:return: which document goes with the e-mail of a step, if there is one: the
        statement also where the e-mail does not list everything"""
        if channel_of(step.channel).is_paper:
            dispatcher = self.env["collection.dispatcher"]
            return "letter" if dispatcher._is_mailed(step) else ""
        if step.channel != "email":
            return ""
        is_cut = any(row["left_out"] or row["credits_left_out"] for row in groups)
        return "statement" if step.stage_id.attach_statement or is_cut else ""

    @api.model
    def _get_ways_to_pay(self, case, moves, asked):
        """:return: dict of where to pay to, what to quote, and the QR codes of that

        :param case: collection.case record
        :param moves: account.move records that are asked for
        :param dict asked: the amounts per res.currency id
        """
        bank = self._get_bank(case.company_id, moves)
        reference = self._get_pay_reference(case, moves)
        return {
            "bank": bank,
            "pay_reference": reference,
            "codes": self.env["collection.payment.code"]._get_codes(
                case.company_id, case.partner_id, bank, asked, reference
            ),
        }

    @api.model
    def _get_bank(self, company, moves):
        """:return: the account to pay to: the one set for collections, else the one on
        the invoices if they agree, else the company's first"""
        on_invoices = moves.partner_bank_id.filtered(
            lambda bank: bank.active and bank.partner_id == company.partner_id
        )
        if not company.collection_bank_id.active and len(on_invoices) == 1:
            return on_invoices
        return company._get_collection_bank()

    @api.model
    def _get_pay_reference(self, case, moves):
        """:return: what to quote: the references of up to three invoices, else the
        number of the case"""
        if len(moves) > 3:
            return case.name
        return ", ".join(move.payment_reference or move.name for move in moves)

    @api.model
    def _get_listed(self, steps):
        """Look up what messages show, for many at once.

        :param steps: collection.step records
        :return: dict of the ``Listed`` per step
        """
        exposures = self._get_case_exposures(steps.case_id)
        asked, listed = self._get_asked(steps), {}
        for company, own in steps.grouped("company_id").items():
            today = company._get_collection_today()
            for step in own:
                last_day = self._get_last_day(step, today)
                listed[step] = self._pick(
                    exposures[step.case_id], last_day, asked[step]
                )
        return listed

    @api.model
    def _pick(self, exposures, last_day, asked):
        """Pick what is asked for: the overdue items that are free to collect and not
        covered by credits, and in a reminder before the due date those that will be due
        by its stage's day.

        :return: the ``Listed``
        """
        due = exposures.filtered(
            lambda row: row.status == "open" and row.date_maturity <= last_day
        )
        covered = due.filtered("is_covered")
        credit_rows = exposures.filtered(lambda row: row.status == "credit")
        return Listed(exposures, due - covered, credit_rows, covered, asked)

    @api.model
    def _get_last_day(self, step, today):
        """:return: the last due date of what a step lists"""
        return today + timedelta(days=max(-step.stage_id.days, 0) or -1)

    @api.model
    def _get_amount_texts(self, steps):
        """Say what the messages of steps ask for, as their tables add it up.

        :param steps: collection.step records
        :return: dict of text per step: amounts per currency, net of credits
        """
        listing, texts = self.env["collection.open.item.list"], {}
        for step, listed in self._get_listed(steps).items():
            balances = self._get_balances(step, listed.items, listed.asked)
            demanded = self._get_demanded(step, listed.items)
            texts[step] = listing._get_amount_text(demanded, balances)
        return texts

    @api.model
    def _get_asked(self, steps):
        """:return: dict per step, or case, of what the decision says is asked for now,
        a dict of amounts per res.currency id"""
        statement, asked = self.env["collection.decision.statement"], {}
        for company, own in steps.grouped("company_id").items():
            answers = statement._get_asked(
                company, company._get_collection_today(), own.partner_id.ids
            )
            asked |= {step: answers.get(step.partner_id.id, {}) for step in own}
        return asked

    @api.model
    def _get_balances(self, step, items, asked):
        """:return: dict per res.currency id of what a message asks for. Before the due
        date nothing is asked for yet: what comes due is listed, less the credits; and a
        final demand may ask for a part of what is listed"""
        demanded = self._get_demanded(step, items)
        if step.stage_id.days >= 0 and demanded == items:
            return asked
        return self.env["collection.open.item.list"]._get_balances(demanded)

    @api.model
    def _get_demanded(self, step, items):
        """Pick what a final demand sets a deadline for: items that have had the stage
        before it. What is newer is listed apart. If none has, as where a customer
        starts at the stage that fits, it is about all of them.

        :param step: collection.step record
        :param items: collection.exposure records that its message lists
        :return: those of them that it demands
        """
        stage = step.stage_id
        if not stage.is_final_demand:
            return items
        earlier = stage.policy_id.stage_ids.filtered(
            lambda each: each.days >= 0 and each.sequence < stage.sequence
        )
        reached = max(earlier.mapped("sequence"), default=0)
        reminded = items.filtered(
            lambda row: row.stage_id and row.stage_id.sequence >= reached
        )
        return reminded or items

    @api.model
    def _get_case_exposures(self, cases):
        """:return: dict of collection.exposure records per case, read at once"""
        found = cases._find_by_customer("collection.exposure")
        rows = self.env["collection.exposure"].union(*found.values())
        # Once for all, instead of once per customer.
        rows.move_line_id.fetch(["amount_currency", "discount_date"])
        rows.move_id.fetch(MOVE_FIELDS)
        return found

    @api.model
    def _get_facts(self, company, as_of, steps, histories):
        """Say what messages are made of that may change until they leave, as it is in
        the working tables, which were filled under lock.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param steps: collection.step records
        :param dict histories: what each message lists
        :return: dict per step of values that are equal as long as the message is true
        """
        rows = self.env["collection.snapshot"]._get_rows(FACTS)
        asked = self.env["collection.decision.statement"]._get_asked(company, as_of)
        return {
            step: self._get_own_facts(
                step,
                rows.get(step.partner_id.id, []),
                asked.get(step.partner_id.id, {}),
                histories[step],
            )
            for step in steps
        }

    @api.model
    def _get_fact_rows(self, exposures):
        return sorted(
            tuple(
                row[name].id if name == "move_line_id" else row[name] for name in FACTS
            )
            for row in exposures
        )

    @api.model
    def _get_own_facts(self, step, rows, asked, history):
        person, stage = step.recipient_id, step.stage_id
        return (
            (person.id, person.write_date, stage.write_date),
            (stage.template_id.write_date, step.subject, str(step.body or "")),
            rows,
            sorted(asked.items()),
            history,
        )

    @api.model
    def _ensure_links(self, steps):
        """Give the invoices that messages may list the tokens of their portal links.

        :param steps: collection.step records of the company, at most one per case
        :return: those of whose invoices somebody has one now
        """
        today = self.env.company._get_collection_today()
        last_days = {step.case_id: self._get_last_day(step, today) for step in steps}
        listed = steps.case_id._find_open_items().filtered(
            lambda item: item.date_maturity <= last_days[item.case_id]
        )
        # Collectors' rights do not matter to the lock.
        missing = listed.sudo().move_line_id.move_id
        missing = missing.filtered(lambda move: not move.access_token)
        free = missing.try_lock_for_update(allow_referencing=True)
        self._ensure_tokens(free)
        busy = (missing - free).commercial_partner_id
        return steps.filtered(lambda step: step.partner_id in busy)

    @api.model
    def _ensure_tokens(self, moves):
        """Give invoices the token of their portal link. Odoo's own method does so too,
        but works through the whole entry for each of them."""
        for move in moves.filtered(lambda move: not move.access_token):
            # Whoever may send the message may send the link; only the token is written.
            move.sudo().with_context(
                skip_invoice_sync=True, check_move_validity=False
            ).write({"access_token": str(uuid.uuid4())})

    # ------------------------------------------------------------------
    # Rendering
    # ------------------------------------------------------------------

    @api.model
    def _render(self, template, values):
        """:return: a QWeb template of this addon as Markup, in the values' language"""
        return self.env["ir.qweb"]._render(
            f"account_collections.{template}",
            values,
            lang=values["lang"],
            minimal_qcontext=True,
        )

    @api.model
    def _render_email(self, values):
        """:return: HTML of the e-mail as Markup"""
        return self._render("collection_message_email", values)

    @api.model
    def _prepare(self, steps, histories, mailed=()):
        """Prepare the values of many messages at once.

        :param steps: collection.step records
        :param dict histories: what each message lists, a list of dicts of texts
        :param mailed: those of them that go out by e-mail, and so need the tokens of
            the links they show
        :return: dict of the values per step
        """
        listed = self._get_listed(steps)
        if mailed:
            self._ensure_tokens(
                self.env["account.move"].union(
                    *(listed[step].items.move_id for step in mailed)
                )
            )
        positions = self.env["collection.open.item.list"]._get_positions(
            [rows.exposures for rows in listed.values()]
        )
        figures = self._get_charge_figures(listed)
        return {
            step: self._get_values(
                step, listed[step], positions, histories[step], figures
            )
            for step in steps
        }

    @api.model
    def _get_charge_figures(self, listed):
        """Work out what late payment costs, where a stage says something about it.

        :param dict listed: ``Listed`` per step
        :return: dict of figures per record
        """
        shown = self.env["collection.exposure"].union(
            *(
                rows.exposures
                for step, rows in listed.items()
                if step.stage_id.charges != "none"
            )
        )
        table = self.env["collection.charge.table"]
        return table._get_figures(shown) if shown else {}

    @api.model
    def _preview(self, step, histories):
        """:return: the e-mail or letter text of one step as it would go out now"""
        values = self._prepare(step, histories)[step]
        return self._render_email({**values, "is_preview": True})
