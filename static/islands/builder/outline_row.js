/** How a row of the outline is drawn. */

import { cardOf } from "./cards.js";
import { TRIGGER } from "./edits.js";
import { nameOf } from "./names.js";
import { element } from "./elements.js";
import { icon } from "./svg.js";

const MARKS = { succeeded: "good", failed: "bad", running: "busy", waiting: "warn" };

/** Rows with equal texts are drawn the same. */
export function signatureOf(editor, row, folded) {
  const { title, icon: symbol, summary, kind, faults, result } = cardOf(editor, row.id);
  const before = row.via && nameOf(editor, row.via.source);
  return JSON.stringify([
    row,
    folded,
    title,
    symbol,
    summary,
    kind,
    faults,
    result,
    before,
    portTitle(editor, row),
    editor.selection.includes(row.id),
  ]);
}

/** Draws a row, a `treeitem`, anew: the element stays, and with it the focus. */
export function drawRow(editor, row, folded, item) {
  const card = cardOf(editor, row.id);
  const attributes = {
    class: `outline-row${row.again ? " again" : ""}${row.loose ? " loose" : ""}`,
    "aria-level": row.level,
    "aria-posinset": row.place,
    "aria-setsize": row.of,
    "aria-selected": String(editor.selection.includes(row.id)),
    "aria-label": spoken(editor, row, card),
  };
  for (const [name, value] of Object.entries(attributes)) item.setAttribute(name, value);
  item.style.setProperty("--level", row.level - 1);
  if (row.children) item.setAttribute("aria-expanded", String(!folded));
  else item.removeAttribute("aria-expanded");
  item.replaceChildren(...contents(editor, row, card, folded));
}

function contents(editor, row, card, folded) {
  const name = element("span", { class: "outline-name" }, card.title);
  const below = row.again ? "continues there" : row.loose ? "not connected" : card.summary || card.kind;
  const summary = element("span", { class: "outline-summary" }, ...via(editor, row), below);
  const words = element("span", { class: "outline-words" }, name, summary);
  const parts = [fold(row, folded), icon(row.again ? "external" : card.icon), words];
  if (card.faults.length) parts.push(badge("bad", String(card.faults.length), card.faults.join("\n")));
  if (card.result && !row.again)
    parts.push(
      badge(MARKS[card.result.status] || "", card.result.time || card.result.status, card.result.status),
    );
  const button = element("button", {
    type: "button",
    class: "button plain small outline-actions",
    tabindex: "-1",
    "aria-haspopup": "dialog",
    "aria-label": `Actions of ${card.title}`,
  });
  button.append(icon("more"));
  return [...parts, button];
}

function fold(row, folded) {
  if (!row.children) return element("span", { class: "outline-leaf" });
  const toggle = element("span", { class: "outline-fold", "aria-hidden": "true" });
  toggle.append(icon(folded ? "chevron-right" : "chevron-down"));
  return toggle;
}

/** By which port the step is reached, where that is not what one expects. */
function via(editor, row) {
  if (!row.via || (row.via.port === "success" && row.level === 1)) return [];
  const tone = row.via.port === "error" ? "bad" : "plain";
  return [element("span", { class: `outline-port ${tone}` }, portTitle(editor, row)), " · "];
}

function badge(tone, words, title) {
  return element("span", { class: `badge ${tone}`, title }, words);
}

function portTitle(editor, { via: edge }) {
  if (!edge) return "";
  return editor.portsOf(edge.source).find(({ name }) => name === edge.port)?.title || edge.port;
}

function spoken(editor, row, card) {
  const way = row.via
    ? `after ${nameOf(editor, row.via.source)} by ${portTitle(editor, row)}`
    : row.loose
      ? "not connected"
      : "";
  const faults =
    card.faults.length === 1 ? "1 fault" : card.faults.length ? `${card.faults.length} faults` : "";
  const kind =
    row.id === TRIGGER && card.kind !== card.title ? "trigger" : card.kind === card.title ? "" : card.kind;
  const again = row.again ? "continues there" : card.summary;
  return [card.title, kind, way, again, faults, card.result?.status].filter(Boolean).join(", ");
}
