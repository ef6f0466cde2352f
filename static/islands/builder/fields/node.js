/** What a node has beside its configuration: its id, the trigger's kind, what follows. */

import { TRIGGER, connect, connectionFault, disconnect, renameStep } from "../edits.js";
import { nameOf } from "../names.js";
import { ORIGIN } from "./form.js";
import { withHolder } from "./places.js";

const ID = /^[a-z][a-z0-9_]{0,63}$/;

/** @param {import("./form.js").Form} form */
export function attachNode(form, part) {
  const id = part.matches("[data-field=id]") && part.querySelector("[data-step-id]");
  if (id) id.addEventListener("change", () => rename(form, id));
  const kind = part.matches("[data-node]") && part.querySelector("[data-trigger-kind]");
  if (kind) kind.addEventListener("input", () => changeKind(form, kind.value));
  if (part.matches(".next")) attachNext(form, part);
}

function rename(form, input) {
  const { editor, node } = form;
  const id = input.value.trim();
  if (id === node) return;
  const fault = !ID.test(id) ? "An id is a small letter, then small letters, digits and _." : editor.has(id) ? `There is a step ${id} already.` : null;
  if (fault) {
    editor.refuse(fault);
    input.value = node;
    return;
  }
  // The form has to know the new id before the change is told, or the step would seem to be gone.
  form.node = id;
  editor.opened = id;
  editor.change(`Rename to ${id}`, (document) => renameStep(document, node, id), { origin: ORIGIN });
  editor.open(id);
}

/** Another kind of trigger; what was configured for the former comes back with it. */
async function changeKind(form, kind) {
  const before = form.holder;
  form.memory.set(`trigger ${before.type}`, before.with);
  const configuration = form.memory.get(`trigger ${kind}`) ?? {};
  form.editor.change("Change the trigger", (document) => withHolder(document, TRIGGER, { ...before, type: kind, with: configuration }), { origin: ORIGIN });
  await form.refresh();
  form.root.querySelector("[data-trigger-kind]")?.focus();
}

function attachNext(form, part) {
  part.addEventListener("input", (event) => {
    const select = event.target.closest("[data-connect]");
    if (select) follow(form, select);
  });
  part.addEventListener("click", (event) => {
    const gone = event.target.closest("[data-disconnect]");
    const shown = event.target.closest("[data-goto]");
    if (shown) form.editor.open(shown.dataset.goto);
    if (gone) unfollow(form, portOf(gone), gone.dataset.disconnect);
  });
}

async function follow(form, select) {
  const { editor, node } = form;
  const [port, target] = [portOf(select), select.value];
  select.value = "";
  if (target === "$new") return editor.ask("add", { from: { source: node, port } });
  const fault = connectionFault(editor.document, node, port, target, (id) => nameOf(editor, id));
  if (fault) return editor.refuse(fault);
  editor.change("Connect", (document) => connect(document, node, port, target), { origin: ORIGIN });
  editor.announce(`${nameOf(editor, target)} follows ${port}.`);
  return redraw(form, port);
}

async function unfollow(form, port, target) {
  const { editor, node } = form;
  editor.change("Disconnect", (document) => disconnect(document, node, port, target), { origin: ORIGIN });
  editor.announce(`${nameOf(editor, target)} does not follow ${port} any more.`);
  await redraw(form, port);
}

async function redraw(form, port) {
  await form.refresh();
  form.root.querySelector(`[data-port="${CSS.escape(port)}"] [data-connect]`)?.focus();
}

function portOf(element) {
  return element.closest("[data-port]").dataset.port;
}
