/** The buttons on the canvas: zoom, fit, overview, tidy, note, export. */

import { commandsOf } from "./commands.js";
import { element } from "./elements.js";
import { Minimap } from "./minimap.js";
import { icon } from "./svg.js";

const LEFT = ["zoom-out", "zoom", "zoom-in", "fit", "minimap"];
const RIGHT = ["tidy", "note", "export-svg", "export-png", "shortcuts"];
const SHORT = { "export-svg": "SVG", "export-png": "PNG" };

/** @param {import("./view.js").View} view */
export function startToolbar(editor, view, region) {
  const commands = new Map(commandsOf(editor).map((command) => [command.id, command]));
  const tools = element("div", { class: "canvas-tools", role: "group", "aria-label": "Canvas" });
  const zoom = element("button", { type: "button", class: "button plain small zoom", title: "To 100 %" });
  zoom.addEventListener("click", () => view.actualSize());
  const draw = () => (zoom.textContent = `${Math.round(view.zoom * 100)} %`);
  view.graph.on("scale", draw);
  draw();

  for (const id of [...LEFT, ...RIGHT]) {
    if (id === "zoom") tools.append(zoom);
    else if (commands.get(id)?.possible()) tools.append(buttonOf(commands.get(id)));
  }
  region.append(tools);
  startMinimap(editor, view, region, tools);
}

function buttonOf({ id, title, keys, icon: symbol, run }) {
  const words = keys.length ? `${title} (${keys[0]})` : title;
  const button = element("button", {
    type: "button",
    class: "button plain small",
    title: words,
    "aria-label": title,
    "data-command": id,
  });
  button.append(icon(symbol), SHORT[id] || "");
  button.addEventListener("click", () => run());
  return button;
}

function startMinimap(editor, view, region, tools) {
  const button = tools.querySelector('[data-command="minimap"]');
  button.setAttribute("aria-pressed", "false");
  let minimap = null;
  editor.addEventListener("minimap", () => {
    minimap = minimap ? minimap.remove() : new Minimap(editor, view, region);
    button.setAttribute("aria-pressed", String(Boolean(minimap)));
  });
}
