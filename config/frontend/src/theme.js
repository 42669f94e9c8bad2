// Light, dark or as the device: what the reader chose stands on <html> before the first paint.
{
  const KEY = "hue-theme";
  const CHOICES = ["light", "dark"];
  const root = document.documentElement;

  // Browsers may refuse their storage; the choice then holds for this page.
  const remembered = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };

  const remember = (choice) => {
    try {
      if (CHOICES.includes(choice)) localStorage.setItem(KEY, choice);
      else localStorage.removeItem(KEY);
    } catch {
      // As above
    }
  };

  const show = (choice) => {
    const known = CHOICES.includes(choice);
    if (known) root.dataset.theme = choice;
    else delete root.dataset.theme;
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
      const scheme = meta.dataset.scheme;
      meta.media = known ? (scheme === choice ? "all" : "not all") : `(prefers-color-scheme: ${scheme})`;
    }
    for (const input of document.querySelectorAll(".hue-theme input")) {
      input.checked = input.value === (known ? choice : "system");
    }
  };

  root.dataset.scripts = "";
  show(remembered());
  document.addEventListener("DOMContentLoaded", () => show(remembered()));
  // A page taken out of the browser's memory may be older than the choice, and so may another tab
  addEventListener("pageshow", (event) => event.persisted && show(remembered()));
  addEventListener("storage", (event) => event.key === KEY && show(event.newValue));
  document.addEventListener("change", (event) => {
    if (!event.target.closest(".hue-theme")) return;
    remember(event.target.value);
    show(event.target.value);
  });
}
