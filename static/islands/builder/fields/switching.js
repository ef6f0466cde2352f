/** Text, expression or JSON: what was typed in one form is kept while another is used. */

import { convert } from "./kinds.js";
import { redraw } from "./template_field.js";

/** @param {import("./form.js").Form} form */
export function attachSwitching(form, part) {
  for (const select of part.querySelectorAll("[data-kinds]")) {
    const input = select.closest(".control").querySelector("[data-value=control]");
    select.addEventListener("input", (event) => {
      event.stopPropagation();
      change(form, input, select.value);
    });
  }
}

function change(form, input, kind) {
  const before = input.dataset.kind;
  const place = `${input.dataset.path} `;
  form.memory.set(place + before, input.value);
  const kept = form.memory.get(place + kind);
  input.dataset.kind = kind;
  input.value = kept ?? convert(input.value, before, kind);
  redraw(input);
  form.readOwner(input, { apart: true });
  input.focus();
}
