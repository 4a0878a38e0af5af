from odoo import http
from odoo.http import request
from werkzeug.exceptions import NotFound


class CollectionLetters(http.Controller):
    @http.route(
        "/account_collections/letters/<string:letter_ids>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def print_letters(self, letter_ids, **_kwargs):
        """Show the documents of letters as one PDF, in the order given.

        :param str letter_ids: ids of collection.letter records, separated by commas
        :return: the PDF, to be shown in the browser
        :raises NotFound: when an id is not a number or there is no document
        :raises AccessError: when the user may not read one of the letters
        """
        parts = letter_ids.split(",")
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise NotFound
        letters = request.env["collection.letter"].browse(map(int, parts)).exists()
        letters.check_access("read")
        letters = letters.filtered("attachment_id")
        if not letters:
            raise NotFound
        content = request.env["collection.dispatcher"]._merge_documents(letters)
        name = (
            letters.attachment_id.name
            if len(letters) == 1
            else request.env._("Letters") + ".pdf"
        )
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Length", len(content)),
                (
                    "Content-Disposition",
                    http.content_disposition(name, "inline"),
                ),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
