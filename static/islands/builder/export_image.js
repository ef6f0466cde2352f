/** The drawing as a file: one SVG that needs nothing else, or a PNG made of it. */

import { notify } from "../page.js";
import { svg } from "./svg.js";
import { viewOf } from "./view.js";

const MARGIN = 32;
const PORT_NAMES = 60;
const SHARP = 2;
const LARGEST_SIDE = 12_000;
const ICONS = new URL("../../icons.svg", import.meta.url);
const STYLES = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "paint-order",
  "text-anchor",
];
const NOT_DRAWN = ".port-reach, .port-plus, .edge-reach, .note-grip, .x6-cell-tools";

/** Downloads the drawing as SVG. */
export async function exportSvg(editor) {
  const text = new XMLSerializer().serializeToString(await picture(editor));
  download(new Blob([text], { type: "image/svg+xml" }), `${nameOf(editor)}.svg`);
}

/** Downloads the drawing as PNG, twice as sharp as it is large. */
export async function exportPng(editor) {
  const drawn = await picture(editor);
  const [width, height] = ["width", "height"].map((side) => Number(drawn.getAttribute(side)));
  const scale = Math.min(SHARP, LARGEST_SIDE / Math.max(width, height));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(drawn))}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), {
    width: width * scale,
    height: height * scale,
  });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => {
    if (blob) download(blob, `${nameOf(editor)}.png`);
    else notify("The browser could not make a PNG of this size. Export as SVG instead.", "bad");
  });
}

/** The drawing as an SVG element with every style and icon inside. */
async function picture(editor) {
  const { graph } = viewOf(editor);
  const box = graph.getCellsBBox(graph.getCells()).clone().inflate(MARGIN);
  const { x, y, height } = box;
  const width = box.width + PORT_NAMES;
  const stage = graph.view.stage.cloneNode(true);
  copyStyles(graph.view.stage, stage);
  for (const hidden of stage.querySelectorAll(NOT_DRAWN)) hidden.remove();
  for (const element of stage.querySelectorAll("[class]")) element.removeAttribute("class");
  const paper = getComputedStyle(graph.container).backgroundColor;
  return svg(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `${x} ${y} ${width} ${height}` },
    await icons(stage),
    svg("rect", { x, y, width, height, fill: paper }),
    stage,
  );
}

/** What the page's style sheets give each element, written as its attributes. */
function copyStyles(from, to) {
  const sources = from.querySelectorAll("*");
  to.querySelectorAll("*").forEach((element, index) => {
    const style = getComputedStyle(sources[index]);
    for (const name of STYLES) {
      const value = style.getPropertyValue(name);
      if (value) element.setAttribute(name, value);
    }
    element.removeAttribute("style");
  });
}

/** The icons that are used, as symbols of the picture's own. */
async function icons(stage) {
  const sheet = new DOMParser().parseFromString(await (await fetch(ICONS)).text(), "image/svg+xml");
  const definitions = svg("defs");
  const taken = new Set();
  for (const use of stage.querySelectorAll("use")) {
    const name = new URL(use.getAttribute("href"), ICONS).hash.slice(1);
    use.setAttribute("href", `#icon-${name}`);
    const symbol = sheet.getElementById(name);
    if (!symbol || taken.has(name)) continue;
    taken.add(name);
    const copy = document.importNode(symbol, true);
    copy.id = `icon-${name}`;
    definitions.append(copy);
  }
  return definitions;
}

function nameOf(editor) {
  return (
    (editor.document.name || editor.automation.id).replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") ||
    "automation"
  );
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
