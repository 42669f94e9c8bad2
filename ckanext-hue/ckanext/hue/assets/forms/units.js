/* Choosing an administrative unit: a combobox (WAI-ARIA: list autocomplete, manual selection) in place of the list.
 *
 * A hidden field takes over the list's name and holds the code. Text that names no unit chosen from the list is sent as it
 * is: the server then says beside the field what is wrong, and nothing typed is lost.
 */
this.ckan.module('hue-units', function ($) {
  'use strict';

  var PAUSE = 200; // milliseconds between the last key and the question
  var count = 0;

  return {
    options: { search: '', none: '', found: '', failed: '' },

    initialize: function () {
      var select = this.el[0];
      var self = this;
      count += 1;
      this.hidden = document.createElement('input');
      this.hidden.type = 'hidden';
      this.hidden.name = select.name;
      this.hidden.value = select.value;

      this.input = document.createElement('input');
      this.input.type = 'text';
      this.input.id = select.id;
      this.input.className = 'form-control';
      this.input.autocomplete = 'off';
      this.input.setAttribute('role', 'combobox');
      this.input.setAttribute('aria-autocomplete', 'list');
      this.input.setAttribute('aria-expanded', 'false');
      this.input.setAttribute('aria-controls', 'hue-units-' + count);
      this.show(select.selectedOptions[0] ? select.selectedOptions[0].textContent.trim() : '');

      this.list = document.createElement('ul');
      this.list.id = 'hue-units-' + count;
      this.list.className = 'hue-units';
      this.list.setAttribute('role', 'listbox');
      this.list.setAttribute('aria-label', document.querySelector('label[for="' + select.id + '"]')?.textContent.trim() || '');
      this.list.hidden = true;

      this.status = document.createElement('p');
      this.status.className = 'visually-hidden';
      this.status.setAttribute('role', 'status');

      var box = document.createElement('div');
      box.className = 'hue-combobox';
      box.append(this.input, this.hidden, this.list, this.status);
      select.replaceWith(box);

      this.input.addEventListener('input', function () {
        self.hidden.value = self.input.value.trim();
        window.clearTimeout(self.timer);
        self.timer = window.setTimeout(function () { self.ask(self.input.value); }, PAUSE);
      });
      this.input.addEventListener('keydown', function (event) { self.onKey(event); });
      this.input.addEventListener('click', function () { if (self.list.hidden) { self.ask(''); } });
      this.input.addEventListener('blur', function () { self.close(); });
      this.list.addEventListener('mousedown', function (event) {
        event.preventDefault(); // the field keeps the focus
        var option = event.target.closest('[role=option]');
        if (option) { self.choose(option); }
      });
      // A restored draft sets the code; the field then shows its name.
      this.hidden.addEventListener('hue:restored', function () { self.lookUp(); });
    },

    show: function (label) {
      this.input.value = label;
      this.shown = label;
    },

    request: function (text) {
      return fetch(this.options.search + '?limit=12&q=' + encodeURIComponent(text.slice(0, 100)))
        .then(function (answer) { return answer.ok ? answer.json() : Promise.reject(new Error(answer.status)); })
        .then(function (answer) { return answer.result; });
    },

    ask: function (text) {
      var self = this;
      this.asked = text;
      this.request(text).then(function (units) {
        if (self.asked === text && document.activeElement === self.input) { self.open(units); }
      }).catch(function () {
        self.status.textContent = self.options.failed;
      });
    },

    lookUp: function () {
      var self = this;
      var code = this.hidden.value;
      this.show(code);
      if (!code) { return; }
      this.request(code).then(function (units) {
        if (units.length && units[0].code === code) { self.show(units[0].label); }
      }).catch(function () {
        self.status.textContent = self.options.failed;
      });
    },

    open: function (units) {
      var self = this;
      this.list.replaceChildren.apply(this.list, units.map(function (unit, position) {
        var option = document.createElement('li');
        option.id = self.list.id + '-' + position;
        option.setAttribute('role', 'option');
        option.setAttribute('aria-selected', 'false');
        option.dataset.code = unit.code;
        option.dataset.name = unit.name;
        option.textContent = unit.label;
        return option;
      }));
      this.active = -1;
      this.input.removeAttribute('aria-activedescendant');
      this.list.hidden = units.length === 0;
      this.input.setAttribute('aria-expanded', String(units.length > 0));
      this.status.textContent = units.length
        ? this.options.found.replace('{n}', units.length)
        : this.options.none;
    },

    close: function () {
      window.clearTimeout(this.timer);
      this.asked = null;
      this.list.hidden = true;
      this.input.setAttribute('aria-expanded', 'false');
      this.input.removeAttribute('aria-activedescendant');
    },

    choose: function (option) {
      this.hidden.value = option.dataset.code;
      this.show(option.textContent);
      this.close();
      var name = this.input.form.elements.namedItem(this.hidden.name.replace(/-code$/, '-text'));
      if (name) { name.value = option.dataset.name; }
      this.hidden.dispatchEvent(new Event('input', { bubbles: true }));
    },

    move: function (step) {
      var options = this.list.querySelectorAll('[role=option]');
      if (this.active >= 0) { options[this.active].setAttribute('aria-selected', 'false'); }
      this.active = (this.active + step + options.length) % options.length;
      var option = options[this.active];
      option.setAttribute('aria-selected', 'true');
      option.scrollIntoView({ block: 'nearest' });
      this.input.setAttribute('aria-activedescendant', option.id);
    },

    onKey: function (event) {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        if (this.list.hidden) {
          this.ask(this.input.value === this.shown ? '' : this.input.value);
        } else {
          this.move(event.key === 'ArrowDown' ? 1 : this.active < 0 ? 0 : -1);
        }
      } else if (event.key === 'Enter' && !this.list.hidden) {
        event.preventDefault(); // chooses, and does not send the form
        this.choose(this.list.querySelectorAll('[role=option]')[Math.max(this.active, 0)]);
      } else if (event.key === 'Escape' && !this.list.hidden) {
        event.preventDefault();
        this.close();
      }
    }
  };
});
