/** Going to a row by typing the beginning of its name. */

const PAUSE_MILLISECONDS = 700;

export class TypeAhead {
  #text = "";
  #at = 0;

  /**
   * Which of so many rows begins with what was typed; the search starts behind `from`.
   * @param {KeyboardEvent} event
   * @param {number} count
   * @param {number} from
   * @param {(index: number) => string} titleOf
   * @returns {number|null} null also when the key writes nothing
   */
  find(event, count, from, titleOf) {
    if (event.key.length !== 1 || event.key === " " || event.ctrlKey || event.altKey || event.metaKey)
      return null;
    const goesOn = performance.now() - this.#at < PAUSE_MILLISECONDS;
    this.#text = (goesOn ? this.#text : "") + event.key.toLowerCase();
    this.#at = performance.now();
    const first = goesOn ? from : from + 1;
    for (let step = 0; step < count; step += 1) {
      const index = (first + step) % count;
      if (titleOf(index).toLowerCase().startsWith(this.#text)) return index;
    }
    return null;
  }
}
