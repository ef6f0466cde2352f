/**
 * Lists to tick (`data-search-list`): typing leaves the rows that have the text, and what a ticked
 * pattern (`data-pattern`, such as `run.*`) covers is shown as covered.
 */

for (const list of document.querySelectorAll("[data-search-list]")) {
  const search = list.querySelector("[data-search]");
  const rows = [...list.querySelectorAll("[data-row]")];
  search.hidden = false;
  search.addEventListener("input", () => narrow(list, rows, search.value.trim().toLowerCase()));
  search.addEventListener("keydown", (event) => {
    // Enter in a search sends no form.
    if (event.key === "Enter") event.preventDefault();
  });
  list.addEventListener("change", () => cover(rows));
  cover(rows);
}

function narrow(list, rows, text) {
  for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(text);
  list.querySelector("[data-none]").hidden = rows.some((row) => !row.hidden);
}

function cover(rows) {
  const boxes = rows.map((row) => row.querySelector("input"));
  const beginnings = boxes
    .filter((box) => box.checked && "pattern" in box.dataset)
    .map((box) => box.value.slice(0, -1));
  for (const [index, box] of boxes.entries()) {
    const covered = beginnings.some((one) => box.value.startsWith(one) && box.value !== `${one}*`);
    rows[index].classList.toggle("covered", covered);
    box.title = covered ? "A pattern that is ticked has it already" : "";
  }
}
