// The design tokens as colours that libraries can read, in the mode that the page is in.
const SERIES = 8;

export function colours(element) {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const read = (token) => {
    probe.style.color = `var(--hue-${token})`;
    return getComputedStyle(probe).color;
  };
  const found = {
    ink: read("ink"),
    muted: read("muted"),
    line: read("line"),
    lineMid: read("line-mid"),
    page: read("page"),
    surface: read("surface"),
    mist: read("purple-mist"),
    soft: read("purple-soft"),
    purple: read("purple"),
    onPurple: read("on-purple"),
    series: Array.from({ length: SERIES }, (_, number) => read(`series-${number + 1}`)),
  };
  probe.remove();
  return found;
}

// Calls `then` when the reader or their system turns the page light or dark; gives the function that ends it.
export function whenModeChanges(then) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const page = new MutationObserver(then);
  system.addEventListener("change", then);
  page.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => {
    system.removeEventListener("change", then);
    page.disconnect();
  };
}
