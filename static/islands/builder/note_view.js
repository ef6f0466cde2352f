/** How a sticky note is drawn. */

import { svg, wrapped } from "./svg.js";
import { X6 } from "./x6.js";

const FONT = `14px ${getComputedStyle(document.documentElement).fontFamily || "sans-serif"}`;
/** How large a note is that does not say it. */
export const NOTE_SIZE = { width: 220, height: 120 };

const LINE = 20;
const MARGIN = 14;

/** The shape x6 knows as `note`; its data is the note of the document and whether it is selected. */
export class NoteView extends X6.NodeView {
  render() {
    this.empty();
    this.#draw(this.cell.getData(), this.cell.getSize());
    this.updateTransform();
    return this;
  }

  update() {}

  resize() {
    this.render();
  }

  confirmUpdate(flag, options) {
    if (this.hasAction(flag, "note")) this.render();
    return super.confirmUpdate(this.removeAction(flag, ["note", "ports"]), options);
  }

  #draw(note, { width, height }) {
    this.container.setAttribute("class", `note-node x6-cell x6-node note-${note.color || "yellow"}`);
    this.container.classList.toggle("selected", Boolean(note.selected));
    const lines = wrapped(note.text || "", FONT, width - 2 * MARGIN);
    const shown = lines.slice(0, Math.max(1, Math.floor((height - MARGIN) / LINE)));
    if (shown.length < lines.length) shown.push(`${shown.pop()} …`);
    this.container.append(
      svg("rect", { class: "note-body", width, height, rx: 6 }),
      ...shown.map((line, index) => lineOf(line, index)),
      svg("path", { class: "note-corner", d: `M${width - 4} ${height - 16}V${height - 4}H${width - 16}` }),
      svg("rect", { class: "note-grip", x: width - 20, y: height - 20, width: 20, height: 20 }),
    );
  }
}

NoteView.config({ isSvgElement: true, priority: 0, bootstrap: ["render"], actions: { data: ["note"] } });

function lineOf(words, index) {
  const element = svg("text", { class: "note-line", x: MARGIN, y: MARGIN + 12 + index * LINE });
  element.textContent = words;
  return element;
}
