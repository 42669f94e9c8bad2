/* A list whose entries are moved up and down by buttons, and saved with an action of CKAN's. */
this.ckan.module('hue-order', function () {
  'use strict';

  function button(text, pressed) {
    var made = document.createElement('button');
    made.type = 'button';
    made.className = 'btn btn-secondary';
    made.textContent = text;
    made.addEventListener('click', pressed);
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
      this.el.after(button(this.options.save, this._save.bind(this)), this.state);
    },

    _offer: function (entry) {
      var name = entry.querySelector('a').textContent.trim();
      var moves = document.createElement('span');
      moves.className = 'hue-order';
      function offer(sign, label, move) {
        var made = button(sign, function () {
          move();
          made.focus();
        });
        made.classList.add('btn-sm');
        made.setAttribute('aria-label', label.replace('…', name));
        moves.append(made);
      }
      offer('↑', this.options.up, function () {
        if (entry.previousElementSibling) { entry.previousElementSibling.before(entry); }
      });
      offer('↓', this.options.down, function () {
        if (entry.nextElementSibling) { entry.nextElementSibling.after(entry); }
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
