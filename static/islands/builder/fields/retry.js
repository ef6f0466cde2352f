/** What codes and the retry policy come to, in the server's words, and the schedule drawn as a strip. */

import { element } from "../elements.js";

const LABELS = 10;

/** @param {import("./form.js").Form} form */
export function followEffects(form) {
  form.addEventListener("previewed", ({ detail }) => draw(form.root, detail.effects || {}));
}

function draw(root, { codes, retry, timeout }) {
  const words = new Map((codes || []).map((one) => [one.outcome, one.words]));
  if (retry) words.set("policy", retry.words);
  if (timeout) words.set("timeout", timeout.words);
  for (const part of root.querySelectorAll("[data-effect]")) part.textContent = words.get(part.dataset.effect) || "";
  for (const strip of root.querySelectorAll("[data-schedule]")) drawSchedule(strip, retry?.waits || []);
}

/** A dot for each attempt; the further apart, the longer the wait (by its logarithm, so that all fit). */
function drawSchedule(strip, waits) {
  const dots = waits.map((wait, index) => {
    const item = element("li", { title: `Attempt ${index + 2}: ${wait.words}` });
    item.style.flexGrow = String(Math.log2(2 + wait.ms / 1000));
    item.append(element("span", { class: "spoken" }, `Attempt ${index + 2} ${wait.words}`));
    if (waits.length <= LABELS) item.append(element("span", { class: "wait", "aria-hidden": "true" }, short(wait.ms)));
    return item;
  });
  const first = element("li", { class: "first", title: "Attempt 1: at once" }, element("span", { class: "spoken" }, "Attempt 1 at once"));
  strip.replaceChildren(first, ...dots);
  strip.hidden = waits.length === 0;
}

function short(ms) {
  if (ms < 1000) return `${ms}ms`;
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(1))}s`;
  if (ms < 3_600_000) return `${Number((ms / 60_000).toFixed(1))}m`;
  return `${Number((ms / 3_600_000).toFixed(1))}h`;
}
