/** Loads htmx: from its CDN where that is wanted and answers soon, else the local copy. */

const PATIENCE_MILLISECONDS = 1500;
const options = document.getElementById("htmx-loader").dataset;

/** Adds a script; the promise is settled when it ran or could not be had. */
function load(address, integrity) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    if (integrity) {
      script.integrity = integrity;
      script.crossOrigin = "anonymous";
    }
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
}

/** Settled at once when there is no CDN to wait for, else when it answered or took too long. */
function tryCdn() {
  if (!options.cdn) return Promise.resolve();
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MILLISECONDS));
  return Promise.race([load(options.cdn, options.integrity).catch(() => undefined), patience]);
}

/** What was opened while htmx was on its way is loaded now. */
function catchUp() {
  for (const opened of document.querySelectorAll("details[open][hx-trigger^=toggle]")) {
    window.htmx.trigger(opened, "toggle");
  }
}

/** htmx begins at once when it finds a page complete, and never when it comes shortly before. */
function complete() {
  if (document.readyState === "complete") return Promise.resolve();
  return new Promise((resolve) => addEventListener("load", resolve, { once: true }));
}

complete()
  .then(tryCdn)
  .then(() => window.htmx || load(options.local))
  .then(catchUp);
