/** What a step came to when it was tried or run last; for sending steps the request and the response as sent. */

import { callJson } from "../../server.js";
import { notify } from "../../page.js";
import { element } from "../elements.js";
import { FAILURE, SETTINGS, TRIGGER } from "../edits.js";
import { drawRequest, drawResponse } from "./exchanges.js";
import { tabs } from "./tabs.js";
import { drawValue } from "./value_tree.js";

const MOST_ITEMS = 10_000;
const STATES = { succeeded: "good", failed: "bad", running: "busy", waiting: "busy", cancelled: "", skipped: "" };

/**
 * @param {import("../fields/form.js").Form} form
 * @param {HTMLElement} root
 */
export function startOutput(form, root) {
  let planned = null;
  const draw = () => drawNode(form.editor, root, planned?.node === form.node ? planned.request : null);
  form.editor.addEventListener("results", ({ detail }) => {
    if (detail.id === null || detail.id === form.node) draw();
  });
  form.editor.addEventListener("sample", draw);
  form.addEventListener("drawn", draw);
  form.addEventListener("previewed", ({ detail }) => {
    planned = { node: form.node, request: detail.request };
    if (!form.editor.results.has(form.node)) draw();
  });
}

function drawNode(editor, root, planned) {
  const node = editor.opened;
  if (node === null || node === SETTINGS) return root.replaceChildren();
  if (node === TRIGGER) return root.replaceChildren(...drawEvent(editor));
  if (node === FAILURE) return root.replaceChildren(drawFailure());
  const result = editor.results.get(node);
  return root.replaceChildren(...(result ? drawResult(editor, node, result) : drawNothing(editor, planned)));
}

function drawEvent({ sample }) {
  if (!sample) return [element("p", { class: "empty" }, "No sample event is chosen. Choose one below, or listen for a real request.")];
  return [element("p", {}, `The sample “${sample.name}” stands for the event.`), drawValue(sample.event, "The event")];
}

function drawFailure() {
  const parts = ["status", "error", "step", "at"].flatMap((name, index) => [index ? ", " : "", element("code", {}, `failure.${name}`)]);
  return element("p", {}, "The steps that follow see why the run fails: ", ...parts, ".");
}

function drawNothing(editor, planned) {
  const words = editor.mayBuild ? ["No result yet. Try the draft with ", element("kbd", {}, "Ctrl"), "+", element("kbd", {}, "Enter"), "."] : ["No result yet."];
  const parts = [element("p", { class: "hint" }, ...words)];
  if (editor.mayBuild) {
    const only = element("button", { class: "button small", type: "button" }, "Try this step alone");
    only.addEventListener("click", () => editor.ask("try", { only: editor.opened }));
    parts.push(element("p", {}, only));
  }
  if (planned?.error) parts.push(element("h4", {}, "What would be sent"), element("p", { class: "fault" }, planned.error));
  else if (planned) parts.push(element("h4", {}, "What would be sent"), drawRequest(planned));
  return parts;
}

function drawResult(editor, node, result) {
  const head = element("p", { class: "result-head" });
  head.append(element("span", { class: `badge ${STATES[result.status] || ""}` }, result.status));
  if (result.port) head.append(element("span", { class: "quiet small" }, `left by ${result.port}`));
  if (Number.isFinite(result.duration)) head.append(element("span", { class: "quiet small" }, durationOf(result.duration)));
  if (result.pinned) head.append(element("span", { class: "badge warn" }, "pinned"));
  const parts = [head];
  if (result.note) parts.push(drawNote(editor, result.note));
  if (result.error) parts.push(element("p", { class: "notice bad" }, result.error));
  const exchange = result.requests?.at(-1);
  const views = result.output === undefined || result.output === null ? [] : [["Output", () => drawValue(result.output, "The output")]];
  if (exchange) views.push(["Request", () => drawRequest(sentOf(exchange))], ["Response", () => drawResponse(exchange)]);
  if (views.length) parts.push(tabs("The result", views));
  if (editor.mayBuild && ["succeeded", "failed"].includes(result.status)) parts.push(drawPin(editor, node, result));
  return parts;
}

/** Of a long list a trial takes the first items, unless somebody asks for all of them. */
function drawNote(editor, note) {
  const words = element("p", { class: "notice warn" }, note, ". ");
  if (!editor.mayBuild) return words;
  const all = element("button", { class: "button small", type: "button" }, "Try them all");
  all.addEventListener("click", () => editor.ask("try", { until: editor.opened, items: MOST_ITEMS }));
  words.append(all);
  return words;
}

function sentOf(exchange) {
  return {
    method: exchange.method,
    url: exchange.url,
    headers: exchange.request_headers,
    body: exchange.request_body,
    body_encoding: exchange.request_body_encoding,
  };
}

/** A pinned output stands for the step in trials, so that the partner is not called. */
function drawPin(editor, node, result) {
  const words = result.pinned ? "Unpin this output" : "Pin this output";
  const button = element("button", { class: "button small", type: "button" }, words);
  button.addEventListener("click", () => pin(editor, node, result));
  const hint = result.pinned
    ? "Trials use it as this step's result, and do not execute the step."
    : "Later trials then use it as this step's result, without calling anybody.";
  return element("div", { class: "pin" }, button, element("p", { class: "hint" }, hint));
}

async function pin(editor, node, result) {
  const address = `${editor.address}/pins/${encodeURIComponent(node)}`;
  const { status, port, output, error } = result;
  try {
    if (result.pinned) await callJson("DELETE", address);
    else await callJson("PUT", address, { status, port: port ?? null, output: output ?? null, error: error ?? null });
    editor.setResult(node, { ...result, pinned: !result.pinned });
  } catch (refused) {
    notify(refused.message, "bad");
  }
}

function durationOf(ms) {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
