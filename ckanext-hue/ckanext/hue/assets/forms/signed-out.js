/* Whoever signs out leaves no drafts of forms in this browser. */
(function () {
  'use strict';

  try {
    Object.keys(localStorage).forEach(function (key) {
      if (key.indexOf('hue-draft:') === 0) { localStorage.removeItem(key); }
    });
  } catch (error) {
    console.info('No draft is kept: ' + error.message);
  }
})();
