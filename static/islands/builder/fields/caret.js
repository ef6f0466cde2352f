/** Where the caret of an input stands on the screen. */

/**
 * The box of the character at the caret, found at the same place of the mirror behind the input.
 * @param {HTMLTextAreaElement} input
 * @returns {DOMRect}
 */
export function caretBox(input) {
  const mirror = input.parentElement.querySelector(".mirror");
  const walker = document.createTreeWalker(mirror, NodeFilter.SHOW_TEXT);
  let left = input.selectionStart;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (left <= node.length) {
      const range = document.createRange();
      range.setStart(node, left);
      range.setEnd(node, Math.min(left + 1, node.length));
      return range.getBoundingClientRect();
    }
    left -= node.length;
  }
  return input.getBoundingClientRect();
}
