/** Lets a library that makes its own `<style>` elements do so under the policy of the page. */

const nonce = document.querySelector('meta[name="nonce"]')?.content || "";

/**
 * Runs something, and gives every style element made meanwhile the page's nonce.
 * @template T
 * @param {() => T} make
 * @returns {T}
 */
export function withNonce(make) {
  const create = document.createElement;
  document.createElement = function createWithNonce(name, options) {
    const element = create.call(document, name, options);
    if (element.localName === "style") element.nonce = nonce;
    return element;
  };
  try {
    return make();
  } finally {
    delete document.createElement;
  }
}
