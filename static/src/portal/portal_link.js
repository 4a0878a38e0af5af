import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

const SECONDS = 3;

/**
 * Tell that somebody has had the account before their eyes for some seconds.
 *
 * Programs that check the links of e-mails only fetch the page.
 */
export class CollectionAccountOpened extends Interaction {
    static selector = ".o_collection_by_link";

    start() {
        this.wait();
    }

    async tell() {
        const body = new FormData();
        body.append("csrf_token", odoo.csrf_token);
        const { openedUrl } = this.el.dataset;
        const options = { method: "POST", body, keepalive: true };
        await this.waitFor(fetch(openedUrl, options));
        this.el.dataset.told = "1";
    }

    wait() {
        this.waitForTimeout(() => {
            if (document.visibilityState === "visible") {
                this.tell();
            } else {
                this.wait();
            }
        }, SECONDS * 1000);
    }
}

registry
    .category("public.interactions")
    .add("account_collections.account_opened", CollectionAccountOpened);
