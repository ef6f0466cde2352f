/** What a card shows of a node, and where its ports are: read from the draft, the sketch, the results. */

import { FAILURE, TRIGGER, isEntry, nextOf, positionOf, stepOf } from "./edits.js";

export const CARD_WIDTH = 204;
const CARD_HEIGHT = 80;
const PORT_ROW = 24;
const ON_FAILURE = {
  title: "When it fails",
  icon: "alert",
  summary: "before a run ends so",
  kind: "When it fails",
  effect: false,
};

/**
 * What is drawn of a node; equal texts of it as JSON are equal drawings.
 * @param {import("./editor.js").Editor} editor
 * @param {string} id
 */
export function cardOf(editor, id) {
  const next = nextOf(editor.document, id);
  const ports = editor.portsOf(id).map(({ name, title }) => ({ name, title, wired: Boolean(next[name]) }));
  for (const name of Object.keys(next)) {
    if (!ports.some((port) => port.name === name)) ports.push({ name, title: name, wired: true });
  }
  const faults = editor.newcomers.has(id) ? [] : editor.faultsOf(id).map((fault) => fault.message);
  const entry = { trigger: isEntry(id), failure: id === FAILURE };
  return { ...wordsOf(editor, id), ...entry, ports, faults, result: resultOf(editor, id) };
}

/** The icon of a node and what is written on it, without the server's sketch as far as the catalog says. */
export function wordsOf(editor, id) {
  if (id === TRIGGER) {
    const { title = "Trigger", icon = "webhook", summary = "" } = editor.sketch.trigger || {};
    return { title, icon, summary, kind: "Trigger", effect: false };
  }
  if (id === FAILURE) return { ...ON_FAILURE };
  const step = stepOf(editor.document, id);
  const action = editor.actionOf(id);
  const sketched = editor.sketch.steps[id];
  const drawn = sketched?.action === step.action ? sketched : undefined;
  return {
    title: step.name || drawn?.title || action?.title || id,
    icon: drawn?.icon || action?.icon || "unknown",
    summary: drawn?.summary || "",
    kind: action?.title || step.action || "no action yet",
    effect: Boolean(action?.effect),
  };
}

/** How large a card is. */
export function sizeOf(card) {
  return { width: CARD_WIDTH, height: Math.max(CARD_HEIGHT, card.ports.length * PORT_ROW + 16) };
}

/** Where a port is on its card; `null` is the way in. */
export function portPlace(card, name) {
  const { width, height } = sizeOf(card);
  if (name === null) return { x: 0, y: height / 2 };
  const index = card.ports.findIndex((port) => port.name === name);
  const order = index < 0 ? 0 : index;
  const first = (height - (card.ports.length - 1) * PORT_ROW) / 2;
  return { x: width, y: first + order * PORT_ROW };
}

/** A duration in milliseconds, as short as it can be said. */
function durationInWords(milliseconds) {
  if (!Number.isFinite(milliseconds)) return "";
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`;
}

function resultOf(editor, id) {
  const result = editor.results.get(id);
  if (!result) return null;
  const { count, succeeded } = (editor.isLoop(id) && result.output) || {};
  const time = count === undefined ? durationInWords(result.duration) : `${succeeded} of ${count}`;
  return { status: result.status, time, pinned: Boolean(result.pinned) };
}
