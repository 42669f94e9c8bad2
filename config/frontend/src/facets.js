// A field above a long list of filters that leaves only what holds the typed letters, with or without accents.
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();

for (const input of document.querySelectorAll("[data-narrows]")) {
  const items = [...document.getElementById(input.dataset.narrows).children];
  input.hidden = false;
  input.addEventListener("input", () => {
    const wanted = folded(input.value.trim());
    for (const item of items) item.hidden = !folded(item.textContent).includes(wanted);
  });
}
