/** What follows a node is drawn again when its ports change, or when it is connected elsewhere. */

/** @param {import("../fields/form.js").Form} form */
export function followPorts(form) {
  form.editor.addEventListener("sketch", () => {
    if (form.node === null || form.root.contains(document.activeElement?.closest(".next"))) return;
    const drawn = [...form.root.querySelectorAll("[data-port]")].map((part) => part.dataset.port);
    const known = form.editor.portsOf(form.node).map((port) => port.name);
    if (drawn.length && known.some((port) => !drawn.includes(port))) form.refresh();
  });
}
