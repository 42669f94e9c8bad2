/* Repeating parts of a form: added from a template, removed with the chance to undo it.
 *
 * The server reads parts by the number in their fields' names and takes gaps, so a part keeps its number while the page is
 * open. Only the numbers that people see are written anew. `addPart` is also what a restored draft calls.
 */
this.ckan.module('hue-parts', function ($) {
  'use strict';

  function renumber(host) {
    host.querySelectorAll('[data-part]').forEach(function (part, position) {
      part.querySelectorAll('[data-part-number]').forEach(function (number) {
        number.textContent = position + 1;
      });
      part.querySelectorAll('[data-part-label]').forEach(function (input) {
        input.setAttribute('aria-label', input.dataset.partLabel + ' ' + (position + 1));
      });
    });
  }

  function showButtons(host, once) {
    var parts = host.querySelectorAll('[data-part]');
    parts.forEach(function (part) {
      part.querySelector('[data-part-remove]').hidden = false;
    });
    host.querySelector('[data-part-add]').hidden = once && parts.length > 0;
  }

  function firstControl(element) {
    return element.querySelector('input:not([type=hidden]), select, textarea');
  }

  return {
    options: { once: false, removed: '', undo: '' },

    initialize: function () {
      var host = this.el[0];
      var self = this;
      this.last = Math.max(-1, ...Array.from(host.querySelectorAll('[data-part]'), function (part) {
        return Number(part.dataset.part);
      }));
      host.hueParts = this;
      host.querySelector('[data-part-add]').addEventListener('click', function () {
        self.say('');
        firstControl(self.addPart()).focus();
      });
      host.addEventListener('click', function (event) {
        var button = event.target.closest('[data-part-remove]');
        if (button) {
          self.removePart(button.closest('[data-part]'));
        }
      });
      showButtons(host, this.options.once);
    },

    addPart: function () {
      var host = this.el[0];
      this.last += 1;
      var holder = document.createElement('div');
      holder.innerHTML = host.querySelector('[data-part-template]').innerHTML
        .replaceAll('PART-INDEX', this.last)
        .replaceAll('PART-NUMBER', this.last + 1);
      var part = holder.querySelector('[data-part]');
      part.dataset.part = this.last;
      host.querySelector('[data-parts]').append(part);
      $('[data-module]', part).each(function () {
        ckan.module.initializeElement(this);
      });
      renumber(host);
      showButtons(host, this.options.once);
      host.dispatchEvent(new CustomEvent('hue:changed', { bubbles: true }));
      return part;
    },

    removePart: function (part) {
      var host = this.el[0];
      var self = this;
      var next = part.nextElementSibling;
      part.remove();
      renumber(host);
      showButtons(host, this.options.once);
      host.dispatchEvent(new CustomEvent('hue:changed', { bubbles: true }));

      var undo = document.createElement('button');
      undo.type = 'button';
      undo.className = 'btn btn-secondary btn-sm';
      undo.textContent = this.options.undo;
      undo.addEventListener('click', function () {
        host.querySelector('[data-parts]').insertBefore(part, next && next.isConnected ? next : null);
        renumber(host);
        showButtons(host, self.options.once);
        self.say('');
        firstControl(part).focus();
        host.dispatchEvent(new CustomEvent('hue:changed', { bubbles: true }));
      });
      this.say(this.options.removed, undo);
      undo.focus();
    },

    say: function (text, control) {
      var status = this.el[0].querySelector('[data-parts-status]');
      status.replaceChildren(text ? text + ' ' : '');
      if (control) {
        status.append(control);
      }
    }
  };
});
