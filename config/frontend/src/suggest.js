// Suggestions below a search field: the combobox with a list of the ARIA Authoring Practices.
const PAUSE = 120; // milliseconds of quiet before the portal is asked
const LEAST = 2; // characters

class Suggestions {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input[type=search]");
    this.list = form.querySelector("[role=listbox]");
    this.kinds = form.querySelector("template").content;
    this.answers = new Map();
    this.active = -1;
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-autocomplete", "list");
    this.input.setAttribute("aria-controls", this.list.id);
    this.close();
    this.input.addEventListener("focus", () => this.announce(""));
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("blur", () => this.close());
    form.addEventListener("submit", () => this.close());
    // The field keeps the focus, so that a click is not lost with the list
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.take(event.target.closest("[role=option]")));
  }

  get options() {
    return [...this.list.children];
  }

  get isOpen() {
    return !this.list.hidden;
  }

  typed() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.choose(-1); // Enter searches for what stands there, not for what was chosen before it
    const query = this.input.value.trim();
    if (query.length < LEAST) {
      this.close();
      this.announce("");
      return;
    }
    this.timer = setTimeout(() => this.ask(query), PAUSE);
  }

  async ask(query) {
    this.asking = new AbortController();
    try {
      const found = this.answers.get(query) ?? (await this.fetched(query, this.asking.signal));
      this.answers.set(query, found);
      if (query === this.input.value.trim() && document.activeElement === this.input) this.show(found);
    } catch (error) {
      // Without suggestions the field is a field: what was typed can still be searched for
      if (error.name !== "AbortError") this.close();
    }
  }

  async fetched(query, signal) {
    const answer = await fetch(`${this.form.dataset.suggest}?${new URLSearchParams({ q: query })}`, { signal });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return (await answer.json()).suggestions;
  }

  show(found) {
    this.list.replaceChildren(...found.map((suggestion, number) => this.option(suggestion, number)));
    this.choose(-1);
    this.open(found.length > 0);
    const { some, none } = this.form.dataset;
    this.announce(found.length ? some.replace("{number}", found.length) : none);
  }

  // Told to those who listen; a page has such a place only once somebody comes to the field
  announce(text) {
    if (!this.status) {
      this.status = document.createElement("p");
      this.status.className = "visually-hidden";
      this.status.setAttribute("role", "status");
      this.form.append(this.status);
    }
    this.status.textContent = text;
  }

  option(suggestion, number) {
    const pattern = this.kinds.querySelector(`[data-kind="${CSS.escape(suggestion.kind)}"]`) ?? this.kinds.querySelector("li");
    const option = pattern.cloneNode(true);
    option.id = `${this.list.id}-${number}`;
    option.querySelector("span").textContent = suggestion.text;
    if (suggestion.note) option.querySelector("small").textContent = suggestion.note;
    option.dataset.url = suggestion.url;
    return option;
  }

  pressed(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && this.isOpen && this.active >= 0) {
      event.preventDefault();
      this.take(this.options[this.active]);
    } else if (event.key === "Escape" && this.isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  move(step) {
    const count = this.list.children.length;
    if (!count) return;
    if (!this.isOpen) this.open(true);
    // One place more than there are suggestions: the field itself
    this.choose(((this.active + 1 + step + count + 1) % (count + 1)) - 1);
  }

  choose(number) {
    this.active = number;
    this.options.forEach((option, place) => option.setAttribute("aria-selected", place === number));
    const chosen = this.options[number];
    if (chosen) {
      this.input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  take(option) {
    if (option) location.assign(new URL(option.dataset.url, location.href));
  }

  open(isOpen) {
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", isOpen);
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.open(false);
    this.choose(-1);
  }
}

for (const form of document.querySelectorAll("form[data-suggest]")) new Suggestions(form);
