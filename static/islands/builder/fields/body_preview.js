/** Under JSON that holds templates: which of them are wrong, or what each comes to. */

import { element } from "../elements.js";

const MOST = 8;

/** @param {import("./form.js").Form} form */
export function followBodies(form) {
  form.addEventListener("previewed", ({ detail }) => {
    for (const part of form.root.querySelectorAll("[data-preview]")) draw(part, detail.fields, form.editor.sample !== null);
  });
}

function draw(part, fields, sampled) {
  const path = part.dataset.preview;
  const below = Object.entries(fields).filter(([one]) => one.startsWith(`${path}.`) || one.startsWith(`${path}[`));
  if (!below.length || path in fields) return;
  const wrongFirst = below.sort(([, one], [, other]) => Boolean(other.error) - Boolean(one.error));
  part.classList.remove("wrong");
  part.classList.toggle("unknown", !sampled);
  part.replaceChildren(...wrongFirst.slice(0, MOST).map(([one, shown]) => line(one.slice(path.length).replace(/^\./, ""), shown, sampled)));
  if (below.length > MOST) part.append(element("span", { class: "quiet" }, `and ${below.length - MOST} more`));
}

function line(name, shown, sampled) {
  const made = element("span", { class: shown.error && sampled ? "line wrong" : "line" });
  made.append(element("b", {}, name), " ", shown.error || shown.text);
  return made;
}
