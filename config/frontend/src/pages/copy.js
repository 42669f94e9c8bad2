// Buttons that copy what stands beside them, and the browser's own way to share. Without scripts the text can be
// selected, and the addresses are links.

const SHOWN_MS = 2000;

function button(text, className) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = text;
  return made;
}

function select(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

function offerCopy(element) {
  const { copy, copied } = element.dataset;
  const made = button(copy, "btn btn-secondary btn-sm hue-copy");
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  made.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(element.textContent.trim());
    } catch {
      select(element); // the browser does not let pages copy: one key is left to press
      return;
    }
    made.textContent = said.textContent = copied;
    setTimeout(() => {
      made.textContent = copy;
      said.textContent = "";
    }, SHOWN_MS);
  });
  element.after(made, said);
}

// On phones the browser's own list of ways takes the place of ours.
function offerShare(details) {
  const data = { title: details.dataset.share, url: details.dataset.address };
  if (!navigator.canShare?.(data) || !matchMedia("(pointer: coarse)").matches) {
    return;
  }
  details.querySelector("summary").addEventListener("click", (event) => {
    event.preventDefault();
    navigator.share(data).catch((error) => {
      if (error.name !== "AbortError") {
        details.open = true;
      }
    });
  });
}

document.querySelectorAll("[data-copy]").forEach(offerCopy);
document.querySelectorAll("[data-share]").forEach(offerShare);
