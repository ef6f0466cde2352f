/** Publish, enable and disable, discard: what changes what is live, asked about first. */

import { attempt, notify } from "../page.js";
import { callHtml, callJson, nodesOf } from "../server.js";
import { element } from "./elements.js";
import { nameFault, openFault } from "./fault_links.js";

/** @param {import("./editor.js").Editor} editor */
export function start(editor, dialog) {
  if (!editor.mayBuild) return;
  const publishing = { editor, dialog };
  on("publish", () => review(publishing));
  on("toggle-enabled", () => toggleEnabled(publishing));
  on("discard", () => discard(publishing));
  editor.addEventListener("publish", () => attempt(() => review(publishing)));
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-publish]")) attempt(() => publish(publishing));
    const fault = event.target.closest("[data-fault]");
    if (!fault) return;
    dialog.close();
    openFault(editor, fault.dataset.fault);
  });
}

function on(id, act) {
  document.getElementById(id).addEventListener("click", () => attempt(act));
}

async function review({ editor, dialog }) {
  editor.ask("review");
  await editor.saved();
  const html = await callHtml("GET", `${editor.address}/publish`);
  dialog.replaceChildren(...nodesOf(html));
  for (const link of dialog.querySelectorAll("[data-fault]")) nameFault(editor, link, link.dataset.fault);
  dialog.showModal();
}

async function publish({ editor, dialog }) {
  const { revision } = editor.automation;
  take(editor, await callJson("POST", `${editor.address}/publish`, { revision }));
  dialog.close();
  notify(`Version ${editor.automation.published} is ${editor.automation.enabled ? "live" : "published, and disabled"}.`, "good");
}

async function toggleEnabled({ editor }) {
  const enabled = !editor.automation.enabled;
  await editor.saved();
  take(editor, await callJson("POST", `${editor.address}/enabled`, { enabled }));
  notify(enabled ? "Enabled: events start runs." : "Disabled: events are refused with 403.", "good");
}

async function discard({ editor, dialog }) {
  if (editor.automation.published === null) {
    editor.refuse("The draft is all there is: nothing was published yet.");
    return;
  }
  if (!(await confirmed(dialog))) return;
  await editor.saved();
  const answer = await callJson("POST", `${editor.address}/discard`, { revision: editor.automation.revision });
  take(editor, answer);
  editor.replace(answer.document);
}

function take(editor, answer) {
  editor.setAutomation(answer.automation);
}

/** Asks in the dialog; whether the answer was yes. */
function confirmed(dialog) {
  const title = element("h2", { id: "publish-title" }, "Discard the draft?");
  const words = element("p", {}, "The builder goes back to what is live. The versions stay.");
  const buttons = element(
    "div",
    { class: "buttons" },
    element("button", { class: "button danger", value: "yes" }, "Discard it"),
    element("button", { class: "button", value: "no" }, "Keep it"),
  );
  dialog.replaceChildren(element("form", { method: "dialog" }, title, words, buttons));
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
