// The explorer of a table comes to life: choices exchange a part of the page that the server renders.
import { keepPlace } from "./place.js";
import { shareAndCopy } from "./sharing.js";

const section = document.getElementById("explorer");
const words = JSON.parse(section.dataset.words);
let under = null; // what is being fetched
let drawn = []; // what has to be taken down before the part is exchanged

// Exchanges the part for what `query` asks for; the page's address follows unless it is there already.
async function show(query, { remember = true } = {}) {
  under?.abort();
  under = new AbortController();
  section.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(section.dataset.panel + query, { signal: under.signal });
    if (!answer.ok) throw new Error(answer.statusText);
    const text = await answer.text();
    exchange(text);
    const asked = section.firstElementChild.dataset.query;
    if (remember) history.pushState(null, "", location.pathname + (asked === "?" ? "" : asked));
  } catch (error) {
    if (error.name === "AbortError") return;
    // The server's own page of this address says what is wrong.
    if (remember) location.assign(location.pathname + query);
  }
  section.removeAttribute("aria-busy");
}

function exchange(text) {
  const again = keepPlace(section);
  drawn.forEach((takeDown) => takeDown());
  section.innerHTML = text;
  again();
  hydrate();
  announce();
}

// What came, for those who do not see it: how many rows, which chart, what is wrong.
function announce() {
  const said = section.querySelectorAll(".hue-callout:not([role]), .hue-ex-status, figcaption strong, .hue-ex-title");
  const tab = section.querySelector(".hue-ex-tabs [aria-current]");
  document.getElementById("explorer-said").textContent = [tab, ...said].map((each) => each.textContent.trim()).join(". ");
}

// Draws what the part holds; each library is fetched when its tab is first opened.
function hydrate() {
  drawn = [];
  const box = (name) => section.querySelector(`[data-${name}]`);
  if (box("chart")) draw(import("./chart.js"), box("chart"));
  if (box("map")) draw(import("./map.js"), box("map"));
  for (const button of section.querySelectorAll("[data-live] button[type=submit]")) button.hidden = true;
  shareAndCopy(section, words);
}

async function draw(loading, box) {
  try {
    const { start } = await loading;
    if (box.isConnected) drawn.push(start(box, section, words));
  } catch (error) {
    box.textContent = words.failed;
    console.error(error);
  }
}

function asked(form) {
  const pairs = [...new FormData(form)].filter(([name, value]) => value !== "" || name.startsWith("is."));
  return `?${new URLSearchParams(pairs)}`;
}

function follow(event) {
  const link = event.target.closest('a[href^="?"]');
  const plain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) && event.button === 0;
  if (!link || !plain) return;
  event.preventDefault();
  show(link.getAttribute("href").split("#")[0]);
}

function change(event) {
  const form = event.target.closest("form[data-live]");
  if (!form) return;
  // A column chosen while rows are counted is meant to be added up.
  const { fn, y } = form.elements;
  if (event.target === y && y.value && fn?.value === "count") fn.value = "sum";
  show(asked(form));
}

if (!section.classList.contains("hue-embedded")) {
  section.addEventListener("click", follow);
  section.addEventListener("change", change);
  section.addEventListener("submit", (event) => {
    event.preventDefault();
    show(asked(event.target));
  });
  addEventListener("popstate", () => show(location.search || "?", { remember: false }));
}
hydrate();
