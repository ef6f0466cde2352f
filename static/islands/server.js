/** Calls to this server from islands: JSON in and out, errors as `ServerError` with their words. */

const csrf = document.querySelector('meta[name="csrf"]').content;

/** What the server refused, or that it could not be reached. */
export class ServerError extends Error {
  /**
   * @param {number} status 0 when nobody answered
   * @param {{title?: string, detail?: string, errors?: {path: string, message: string}[]}} problem
   */
  constructor(status, problem) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.status = status;
    this.problem = problem;
  }
}

/**
 * Calls an address of this server.
 * @param {string} method
 * @param {string} address
 * @param {unknown} [body] sent as JSON
 * @param {{signal?: AbortSignal, accept?: string}} [options]
 * @returns {Promise<Response>} an answer of 2xx
 */
export async function call(method, address, body, options = {}) {
  const headers = { Accept: options.accept || "application/json", "X-CSRF-Token": csrf };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const sent = body === undefined ? undefined : JSON.stringify(body);
  let answer;
  try {
    answer = await fetch(address, { method, headers, body: sent, signal: options.signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError(0, { detail: "The server cannot be reached." });
  }
  if (answer.ok) return answer;
  throw new ServerError(answer.status, await answer.json().catch(() => ({})));
}

/** Calls and reads the JSON answer. */
export async function callJson(method, address, body, options) {
  const answer = await call(method, address, body, options);
  return answer.status === 204 ? null : answer.json();
}

/** Calls and reads the answer as HTML text, for a part that the server renders. */
export async function callHtml(method, address, body, options) {
  const answer = await call(method, address, body, { ...options, accept: "application/json, text/html" });
  return answer.text();
}

/** The nodes of HTML that this server rendered. */
export function nodesOf(html) {
  return [...new DOMParser().parseFromString(html, "text/html").body.childNodes];
}

/**
 * Calls and yields server-sent events as they come (WHATWG HTML, section 9.2).
 * @returns {AsyncGenerator<{event: string, data: any}>}
 */
export async function* stream(method, address, body, options = {}) {
  const answer = await call(method, address, body, { ...options, accept: "application/json, text/event-stream" });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const parts = text.split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      const found = parseEvent(part);
      if (found) yield found;
    }
  }
}

function parseEvent(text) {
  let event = "message";
  const data = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
  }
  return data.length ? { event, data: JSON.parse(data.join("\n")) } : null;
}
