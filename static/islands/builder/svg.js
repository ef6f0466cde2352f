/** Small helpers for drawing: SVG elements, icons, texts that fit. */

const SVG = "http://www.w3.org/2000/svg";
const ICONS = new URL("../../icons.svg", import.meta.url).href;
const MOST_MEASURED = 5000;

const pen = document.createElement("canvas").getContext("2d");
const widths = new Map();

/**
 * An SVG element.
 * @param {string} name
 * @param {Object<string, string|number>} [attributes]
 * @param {...Node} children
 */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

/** Where an icon of static/icons.svg is. */
export function iconAddress(name) {
  return `${ICONS}#${name}`;
}

/** An icon for HTML, hidden from screen readers. */
export function icon(name) {
  const drawn = svg("svg", { class: "icon", "aria-hidden": "true" });
  drawn.append(svg("use", { href: iconAddress(name) }));
  return drawn;
}

/** How wide a text is drawn, in pixels. `font` is as in CSS: "600 14px sans-serif". */
export function widthOf(text, font) {
  const key = `${font}\n${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > MOST_MEASURED) widths.clear();
    pen.font = font;
    width = pen.measureText(text).width;
    widths.set(key, width);
  }
  return width;
}

/** A text cut so that it fits a width, with an ellipsis where something is missing. */
export function fitted(text, font, width) {
  if (widthOf(text, font) <= width) return text;
  let [shortest, longest] = [0, text.length];
  while (shortest < longest) {
    const middle = Math.ceil((shortest + longest) / 2);
    if (widthOf(`${text.slice(0, middle)}…`, font) <= width) shortest = middle;
    else longest = middle - 1;
  }
  return `${text.slice(0, shortest)}…`;
}

/** A text broken into lines that fit a width; words that are too long are cut. */
export function wrapped(text, font, width) {
  const lines = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      const longer = line ? `${line} ${word}` : word;
      if (line && widthOf(longer, font) > width) {
        lines.push(fitted(line, font, width));
        line = word;
      } else line = longer;
    }
    lines.push(fitted(line, font, width));
  }
  return lines;
}
