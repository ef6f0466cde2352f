/**
 * A file that is dropped on a form (`data-file-drop`) is chosen in it. Where the attribute names an
 * element, the file may be dropped anywhere on that one, and the form is sent at once.
 */

for (const form of document.querySelectorAll("[data-file-drop]")) {
  const input = form.querySelector('input[type="file"]');
  const place = document.getElementById(form.dataset.fileDrop) ?? form;

  place.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    place.classList.add("dropping");
  });

  place.addEventListener("dragleave", (event) => {
    if (!place.contains(event.relatedTarget)) place.classList.remove("dropping");
  });

  place.addEventListener("drop", (event) => {
    place.classList.remove("dropping");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    if (place !== form) form.requestSubmit();
  });
}
