import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/**
 * Show the schedule of installments while the terms are filled in.
 *
 * The server works it out; without this the button beside it does the same.
 */
export class CollectionPlanPreview extends Interaction {
    static selector = ".o_collection_plan_form";
    dynamicContent = {
        _root: { "t-on-input": this.debounced(this.update, 300) },
        ".o_collection_plan_show": { "t-on-click.prevent": this.update },
    };

    start() {
        this.update();
    }

    async update() {
        const answer = await this.waitFor(
            fetch(this.el.dataset.previewUrl, {
                method: "POST",
                body: new FormData(this.el),
            }),
        );
        if (answer.ok) {
            const place = this.el.querySelector(".o_collection_plan_preview");
            const page = new DOMParser().parseFromString(
                await this.waitFor(answer.text()),
                "text/html",
            );
            place.replaceChildren(...page.body.childNodes);
        }
    }
}

registry
    .category("public.interactions")
    .add("account_collections.plan_preview", CollectionPlanPreview);
