// A link to just this view, and code for other pages, into the clipboard.
const SHOWN_MS = 2000;

export function shareAndCopy(section, words) {
  const share = section.querySelector("[data-share-view]");
  if (share) offer(share, () => location.href, section, words);
  for (const button of section.querySelectorAll("[data-copy-from]")) {
    const from = section.querySelector(`#${button.dataset.copyFrom}`);
    offer(button, () => from.value, section, words);
    from.addEventListener("focus", () => from.select());
  }
}

function offer(button, text, section, words) {
  const label = button.querySelector("span");
  const before = label.textContent;
  const said = section.querySelector("[data-said]");
  let timer;
  button.hidden = false;
  button.addEventListener("click", async () => {
    clearTimeout(timer);
    await copy(text());
    label.textContent = said.textContent = words.copied;
    timer = setTimeout(() => {
      label.textContent = before;
      said.textContent = "";
    }, SHOWN_MS);
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    byHand(text); // pages without HTTPS have no clipboard
  }
}

function byHand(text) {
  const field = Object.assign(document.createElement("textarea"), { value: text });
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
