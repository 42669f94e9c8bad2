/* A box that ticks all boxes of its form, shown where scripts run. */
(function () {
  'use strict';

  document.querySelectorAll('[data-choose-all]').forEach(function (all) {
    var others = function () { return Array.from(all.form.querySelectorAll('input[name^="dataset_"]')); };
    all.closest('[hidden]').hidden = false;
    all.addEventListener('change', function () {
      others().forEach(function (one) { one.checked = all.checked; });
    });
    all.form.addEventListener('change', function () {
      all.checked = others().every(function (one) { return one.checked; });
    });
  });
})();
