/** How a card is drawn: plain SVG, so that hundreds move smoothly and an export is a picture of it. */

import { portPlace, sizeOf } from "./cards.js";
import { fitted, iconAddress, svg, widthOf, wrapped } from "./svg.js";
import { X6 } from "./x6.js";

const SANS = getComputedStyle(document.documentElement).fontFamily || "sans-serif";
const TITLE = `600 13.5px ${SANS}`;
const LEFT = 52;
const SMALL = `12px ${SANS}`;
const MARK = `600 11px ${SANS}`;
const STATES = {
  running: ["busy", "refresh", "running"],
  waiting: ["warn", "pause", "waiting"],
  succeeded: ["good", "check", ""],
  failed: ["bad", "cross", "failed"],
  skipped: ["idle", "skip", "skipped"],
  cancelled: ["idle", "stop", "cancelled"],
};

/** The shape x6 knows as `card`; its data is what `cardOf` gives. */
export class CardView extends X6.NodeView {
  render() {
    this.empty();
    this.#draw(this.cell.getData());
    this.updateTransform();
    return this;
  }

  /** Ports are drawn here, at places that are reckoned and not measured: that is what makes it fast. */
  update() {}

  confirmUpdate(flag, options) {
    if (this.hasAction(flag, "card")) this.render();
    return super.confirmUpdate(this.removeAction(flag, ["card", "resize", "ports"]), options);
  }

  getTerminalPlace(port) {
    const place = portPlace(this.cell.getData(), port);
    const { x, y } = this.cell.getPosition();
    return { x: x + place.x, y: y + place.y };
  }

  #draw(card) {
    const { width, height } = sizeOf(card);
    const [tone] = card.result ? STATES[card.result.status] || [] : [];
    const kind = card.trigger ? `trigger ${card.failure ? "failure" : ""}` : card.effect ? "effect" : "inside";
    this.container.setAttribute("class", `card-node x6-cell x6-node ${kind} ${tone ? `state-${tone}` : ""}`);
    this.container.classList.toggle("faulty", card.faults.length > 0);
    this.container.classList.toggle("selected", Boolean(card.selected));
    this.container.append(
      titleOf(card),
      svg("rect", { class: "card-body", width, height, rx: card.trigger ? 22 : 10 }),
      ...face(card, width),
      ...(card.trigger ? [] : [svg("path", { class: "port-in", d: arrowAt(portPlace(card, null)) })]),
      ...card.ports.map((port) => portOf(card, port)),
      ...marks(card, width),
    );
  }
}

CardView.config({ isSvgElement: true, priority: 0, bootstrap: ["render"], actions: { data: ["card"] } });

function titleOf(card) {
  const lines = [
    card.title,
    card.kind === card.title ? "" : card.kind,
    card.summary,
    ...card.faults.map((fault) => `⚠ ${fault}`),
  ];
  const element = svg("title");
  element.textContent = lines.filter(Boolean).join("\n");
  return element;
}

/** A long name takes the line of the action, which the icon tells as well. */
function face(card, width) {
  const room = width - LEFT - 12;
  const [first, second] = twoLines(card.title, room);
  const below = second || (card.kind === card.title ? "" : card.kind);
  return [
    svg("rect", { class: "card-tile", x: 10, y: 12, width: 32, height: 32, rx: 8 }),
    svg("use", { class: "card-icon", href: iconAddress(card.icon), x: 17, y: 19, width: 18, height: 18 }),
    text("card-title", LEFT, below ? 25 : 33, first),
    text(second ? "card-title" : "card-kind", LEFT, 42, fitted(below, second ? TITLE : SMALL, room)),
    text("card-summary", 12, 65, fitted(card.summary, SMALL, width - 24)),
  ];
}

function twoLines(title, room) {
  const [first, ...rest] = wrapped(title, TITLE, room);
  return [first, fitted(rest.join(" "), TITLE, room)];
}

function portOf(card, port) {
  const { x, y } = portPlace(card, port.name);
  const alone = card.ports.length === 1 && port.name === "success";
  const label = text("port-label", 14, -5, alone ? "" : port.title);
  const name = svg("title");
  name.textContent = `${port.title}: drag to a step, or click to add one`;
  return svg(
    "g",
    {
      class: `port ${port.wired ? "wired" : "open"} port-${tone(port.name)}`,
      magnet: "true",
      port: port.name,
      transform: `translate(${x},${y})`,
    },
    name,
    svg("circle", { class: "port-dot", r: 6 }),
    svg("path", { class: "port-plus", d: "M-3 0H3M0-3V3" }),
    label,
    svg("circle", { class: "port-reach", r: 12 }),
  );
}

function tone(port) {
  return port === "error" ? "bad" : port === "success" ? "good" : "plain";
}

function marks(card, width) {
  const drawn = [];
  if (card.faults.length) {
    const words = String(card.faults.length);
    drawn.push(pill("bad", "alert", words, 12, "start"));
  }
  if (card.result) {
    const [kind, symbol, words] = STATES[card.result.status] || ["idle", "clock", card.result.status];
    const shown = [words, card.result.time, card.result.pinned ? "pinned" : ""].filter(Boolean).join(" · ");
    drawn.push(pill(kind, card.result.pinned ? "pin" : symbol, shown, width - 12, "end"));
  }
  return drawn;
}

/** A small label on the upper border of the card. */
function pill(kind, symbol, words, x, side) {
  const width = 24 + (words ? widthOf(words, MARK) + 6 : 0);
  const left = side === "end" ? x - width : x;
  return svg(
    "g",
    { class: `pill pill-${kind}`, transform: `translate(${left},-10)` },
    svg("rect", { width, height: 20, rx: 10 }),
    svg("use", { class: "pill-icon", href: iconAddress(symbol), x: 6, y: 4, width: 12, height: 12 }),
    text("pill-words", 22, 14, words),
  );
}

function text(name, x, y, words) {
  const element = svg("text", { class: name, x, y });
  element.textContent = words;
  return element;
}

function arrowAt({ x, y }) {
  return `M${x - 6} ${y - 6}l8 6l-8 6z`;
}
