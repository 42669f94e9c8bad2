/* A list whose entries are moved up and down by buttons, and saved with an action of CKAN's. */
this.ckan.module('hue-order', function () {
  'use strict';

  function button(sign, label, style) {
    var made = document.createElement('button');
    made.type = 'button';
    made.className = 'btn btn-secondary ' + style;
    made.textContent = sign;
    if (label) {
      made.setAttribute('aria-label', label);
    }
    return made;
  }

  return {
    initialize: function () {
      var entries = Array.from(this.el[0].children);
      if (entries.length < 2) {
        return;
      }
      entries.forEach(this._offer, this);
      this.state = document.createElement('p');
      this.state.setAttribute('role', 'status');
      this.save = button(this.options.save, '', 'hue-order-save');
      this.save.addEventListener('click', this._save.bind(this));
      this.el.after(this.save, this.state);
    },

    _offer: function (entry) {
      var name = entry.querySelector('a').textContent.trim();
      var moves = document.createElement('span');
      moves.className = 'hue-order';
      [['↑', this.options.up], ['↓', this.options.down]].forEach(function (way) {
        var made = button(way[0], way[1].replace('…', name), 'btn-sm');
        made.addEventListener('click', function () {
          if (way[0] === '↑' && entry.previousElementSibling) {
            entry.previousElementSibling.before(entry);
          } else if (way[0] === '↓' && entry.nextElementSibling) {
            entry.nextElementSibling.after(entry);
          }
          made.focus();
        });
        moves.append(made);
      });
      entry.append(moves);
    },

    _save: function () {
      var state = this.state;
      var options = this.options;
      var order = Array.from(this.el[0].children, function (entry) { return entry.dataset.id; });
      this.sandbox.client.call('POST', options.action, { id: options.id, order: order },
        function () { state.textContent = options.saved; },
        function () { state.textContent = options.failed; });
    }
  };
});
