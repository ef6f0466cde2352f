/** A request and a response as they went over the wire, secrets masked by the server. */

import { element } from "../elements.js";

/** @param {{method: string, url: string, headers: object, body: string|null, body_encoding?: string}} request */
export function drawRequest(request) {
  const line = element("p", { class: "wire-line mono" }, element("b", {}, request.method), " ", request.url);
  return element("div", { class: "wire" }, line, headersOf(request.headers), bodyOf(request.body, request.body_encoding));
}

/** @param {object} exchange an entry of the request log */
export function drawResponse(exchange) {
  if (exchange.error) return element("div", { class: "wire" }, element("p", { class: "fault" }, exchange.error));
  const line = element("p", { class: "wire-line mono" }, element("b", {}, String(exchange.status ?? "no answer")));
  return element("div", { class: "wire" }, line, headersOf(exchange.response_headers), bodyOf(exchange.response_body, exchange.response_body_encoding));
}

function headersOf(headers) {
  const list = element("dl", { class: "wire-headers mono" });
  for (const [name, value] of Object.entries(headers || {})) {
    list.append(element("div", {}, element("dt", {}, name), element("dd", {}, [value].flat().join(", "))));
  }
  return list;
}

function bodyOf(body, encoding) {
  if (body === null || body === undefined || body === "") return element("p", { class: "quiet small" }, "No body");
  if (encoding === "base64") return element("p", { class: "quiet small" }, `Bytes that are no text, as base64: ${body.slice(0, 200)}`);
  return element("pre", { tabindex: "0" }, indented(body));
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
