/* A draft of the form in this browser: kept while people type, offered when they come back, gone once it is saved.
 *
 * Each person and each form has a draft of its own; signing out removes them all (signed-out.js). Files and the token against
 * forged requests are no part of it. What is sent counts as saved when the next page is not this form with errors.
 */
this.ckan.module('hue-draft', function ($) {
  'use strict';

  var PREFIX = 'hue-draft:';
  var PAUSE = 800; // milliseconds between the last key and the writing
  var LONGEST = 500000; // characters
  var NOT_KEPT = ['_csrf_token', 'save', '_ckan_phase', 'pkg_name', 'id'];

  function valuesOf(form) {
    return Array.from(new FormData(form)).filter(function (pair) {
      return typeof pair[1] === 'string' && NOT_KEPT.indexOf(pair[0]) < 0;
    });
  }

  function partsHost(form, name) {
    var found = /^(.+?)-(\d+)-/.exec(name);
    var host = found && form.querySelector('#field-' + CSS.escape(found[1]) + '[data-module=hue-parts]');
    return host ? { host: host, index: Number(found[2]) } : null;
  }

  function makeRoom(form, values) {
    var lines = {};
    values.forEach(function (pair) {
      var part = partsHost(form, pair[0]);
      if (part) {
        while (part.host.hueParts.last < part.index) { part.host.hueParts.addPart(); }
        return;
      }
      lines[pair[0]] = (lines[pair[0]] || 0) + 1;
    });
    Object.keys(lines).forEach(function (name) {
      var first = form.elements.namedItem(name);
      var line = first && (first[0] || first).closest?.('.hue-lines');
      while (line && line.querySelectorAll('[data-part]').length < lines[name]) { line.hueParts.addPart(); }
    });
  }

  function fill(form, values) {
    var rest = new Map();
    values.forEach(function (pair) { rest.set(pair[0], (rest.get(pair[0]) || []).concat(pair[1])); });
    Array.from(form.elements).forEach(function (control) {
      if (!control.name || control.type === 'file' || NOT_KEPT.indexOf(control.name) >= 0) { return; }
      var given = rest.get(control.name) || [];
      if (control.type === 'checkbox' || control.type === 'radio') {
        control.checked = given.indexOf(control.value) >= 0;
      } else if (given.length) {
        control.value = given.shift();
      }
      control.dispatchEvent(new Event('change', { bubbles: true }));
      control.dispatchEvent(new Event('hue:restored'));
    });
  }

  return {
    options: { key: '' },

    initialize: function () {
      var self = this;
      this.form = this.el.closest('form')[0];
      this.key = PREFIX + this.options.key;
      var begun = JSON.stringify(valuesOf(this.form));
      var cameBack = document.getElementById('form-errors') !== null;
      var draft = this.stored();
      if (draft && !cameBack && JSON.stringify(draft.values) !== begun) { this.offer(draft); }

      var write = function () { self.write(); };
      var later = function (event) {
        if (event && event.isTrusted === false && event.type === 'change') { return; }
        window.clearTimeout(self.timer);
        self.timer = window.setTimeout(write, PAUSE);
      };
      this.form.addEventListener('input', later);
      this.form.addEventListener('change', later);
      this.form.addEventListener('hue:changed', later);
      this.form.addEventListener('submit', function () {
        window.clearTimeout(self.timer);
        self.write();
        try { sessionStorage.setItem('hue-draft-sent', self.key); } catch (error) { self.keepsNothing(error); }
      });
    },

    stored: function () {
      try {
        var draft = JSON.parse(localStorage.getItem(this.key));
        return draft && Array.isArray(draft.values) ? draft : null;
      } catch (error) {
        this.keepsNothing(error);
        return null;
      }
    },

    write: function () {
      var text = JSON.stringify({ saved: new Date().toISOString(), values: valuesOf(this.form) });
      try {
        if (text.length <= LONGEST) { localStorage.setItem(this.key, text); }
      } catch (error) {
        this.keepsNothing(error);
      }
    },

    /* Private windows and full disks take no drafts; the form works without. */
    keepsNothing: function (error) {
      console.info('No draft is kept: ' + error.message);
    },

    offer: function (draft) {
      var self = this;
      var banner = this.el[0];
      banner.querySelector('[data-draft-time]').textContent =
        new Date(draft.saved).toLocaleString(document.documentElement.lang || 'vi');
      banner.hidden = false;
      banner.querySelector('[data-draft-restore]').addEventListener('click', function () {
        makeRoom(self.form, draft.values);
        fill(self.form, draft.values);
        banner.hidden = true;
        self.form.querySelector('input:not([type=hidden]), select, textarea').focus();
        self.write();
      });
      banner.querySelector('[data-draft-discard]').addEventListener('click', function () {
        localStorage.removeItem(self.key);
        banner.hidden = true;
      });
    }
  };
});
