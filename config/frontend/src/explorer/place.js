// Where a reader was in a part of the page that is exchanged: open folds and the focused control.
const FOCUSABLE = "a[href], button, input, select, summary, textarea";

// Remembers, and gives the function that puts the reader back there.
export function keepPlace(section) {
  const open = [...section.querySelectorAll("details[data-keep][open]")].map((fold) => fold.dataset.keep);
  const shut = [...section.querySelectorAll("details[data-keep]:not([open])")].map((fold) => fold.dataset.keep);
  const focused = section.contains(document.activeElement) ? path(document.activeElement) : null;
  return () => {
    for (const fold of section.querySelectorAll("details[data-keep]")) {
      // The sheet of filters has done its work; tables stay as they were.
      if (open.includes(fold.dataset.keep)) fold.open = !fold.name;
      else if (shut.includes(fold.dataset.keep)) fold.open = false;
    }
    if (focused) reachable(find(section, focused) ?? section).focus({ preventScroll: true });
  };
}

// What stands in a shut fold takes no focus; its summary does.
function reachable(element) {
  return element.localName === "summary" ? element : (element.closest("details:not([open])")?.querySelector("summary") ?? element);
}

function path(element) {
  const part = element.closest("nav, form, thead, details, ul");
  return {
    part: part && { name: part.localName, label: part.getAttribute("aria-label"), keep: part.dataset.keep },
    name: element.getAttribute("name"),
    text: element.textContent.trim(),
    kind: element.localName,
  };
}

function find(section, { part, name, text, kind }) {
  const parts = part ? [...section.querySelectorAll(part.name)] : [section];
  const same = parts.filter((each) => !part || (each.getAttribute("aria-label") === part.label && each.dataset.keep === part.keep));
  const controls = same.flatMap((each) => [...each.querySelectorAll(FOCUSABLE)]).filter((each) => each.localName === kind);
  return name ? controls.find((each) => each.name === name) : controls.find((each) => each.textContent.trim() === text);
}
