/* Help and errors are tied to their controls for those who hear the page, and a form that came back begins at its errors. */
this.ckan.module('hue-faults', function ($) {
  'use strict';

  return {
    initialize: function () {
      var summary = this.el[0];
      summary.querySelectorAll('a').forEach(function (link) {
        link.addEventListener('click', function (event) {
          var target = document.getElementById(link.hash.slice(1));
          if (target) {
            event.preventDefault();
            target.scrollIntoView({ block: 'center' });
            target.focus({ preventScroll: true });
          }
        });
      });
      summary.focus();
    }
  };
});

(function () {
  'use strict';

  var count = 0;

  function describe(group) {
    var control = group.querySelector('.controls input:not([type=hidden]), .controls select, .controls textarea');
    if (!control) { return; }
    var texts = Array.from(group.querySelectorAll('.controls > .info-block, .controls > .error-block'));
    texts.forEach(function (text) {
      if (!text.id) {
        count += 1;
        text.id = 'hue-describes-' + count;
      }
    });
    if (texts.length) {
      control.setAttribute('aria-describedby', texts.map(function (text) { return text.id; }).join(' '));
    }
    if (group.classList.contains('error')) { control.setAttribute('aria-invalid', 'true'); }
  }

  function describeAll(root) {
    root.querySelectorAll('.form-group').forEach(describe);
  }

  document.addEventListener('DOMContentLoaded', function () { describeAll(document); });
  document.addEventListener('hue:changed', function (event) { describeAll(event.target); });
  describeAll(document);
})();
