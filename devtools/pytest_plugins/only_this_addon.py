"""pytest: Odoo's test_lint looks at every addon there is; let it look at ours only."""

import odoo.modules
from odoo.modules import Manifest

ADDON = "account_collections"


def pytest_configure(config):
    """Hide the other addons from whoever asks for all of them."""
    odoo.modules.get_modules = lambda: [ADDON]
    Manifest.all_addon_manifests = staticmethod(lambda: [Manifest.for_addon(ADDON)])
