/** Time zones: those that the browser knows are offered, its own one at the press of a button. */

import { element } from "../elements.js";
import { insertText } from "./inserting.js";

/** The zone of this browser. */
export const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function attachTimeZones(_form, part) {
  for (const list of part.querySelectorAll("[data-zones]")) {
    list.replaceChildren(...zones().map((zone) => element("option", { value: zone })));
  }
  for (const own of part.querySelectorAll("[data-own-zone]")) {
    const input = own.closest("[data-field]").querySelector("[data-value=control]");
    const draw = () => (own.hidden = input.value === OWN_ZONE);
    own.textContent = `Use ${OWN_ZONE}`;
    own.title = "The time zone of this browser";
    own.addEventListener("click", () => insertText(input, OWN_ZONE, [0, input.value.length]));
    input.addEventListener("input", draw);
    draw();
  }
}

function zones() {
  return [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];
}
