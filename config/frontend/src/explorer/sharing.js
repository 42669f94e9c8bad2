// A link to just this view, and code for other pages, into the clipboard.
export function shareAndCopy(section, words) {
  const share = section.querySelector("[data-share-view]");
  if (share) {
    share.hidden = false;
    share.addEventListener("click", () => copy(share, location.href, section, words));
  }
  for (const button of section.querySelectorAll("[data-copy-from]")) {
    button.hidden = false;
    const from = section.querySelector(`#${button.dataset.copyFrom}`);
    button.addEventListener("click", () => copy(button, from.value, section, words));
    from.addEventListener("focus", () => from.select());
  }
}

const SHOWN_MS = 2000;
const shown = new WeakMap(); // what ends the word on a button

async function copy(button, text, section, words) {
  const label = button.querySelector("span");
  const said = section.querySelector("[data-said]");
  button.dataset.label ??= label.textContent;
  clearTimeout(shown.get(button));
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    byHand(text); // pages without HTTPS have no clipboard
  }
  label.textContent = said.textContent = words.copied;
  const ended = () => {
    label.textContent = button.dataset.label;
    said.textContent = "";
  };
  shown.set(button, setTimeout(ended, SHOWN_MS));
}

function byHand(text) {
  const field = Object.assign(document.createElement("textarea"), { value: text });
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
