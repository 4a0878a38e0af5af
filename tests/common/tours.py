from odoo.tests import HttpCase

TOUR_SECONDS = 300


class TourCase(HttpCase):
    """Tours in a real browser. A slow machine is no failure: each step of a tour waits
    for up to a minute (``timeout`` of the tours), and a tour may take five."""

    def start_tour(self, url_path, tour_name, **kwargs):
        """See Odoo; ``timeout`` in seconds."""
        return super().start_tour(
            url_path, tour_name, **{"timeout": TOUR_SECONDS, **kwargs}
        )
