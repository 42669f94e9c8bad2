/* On a page after a form was sent: its draft goes, unless the form came back with errors. */
(function () {
  'use strict';

  try {
    var key = sessionStorage.getItem('hue-draft-sent');
    if (key) {
      sessionStorage.removeItem('hue-draft-sent');
      if (!document.getElementById('form-errors')) { localStorage.removeItem(key); }
    }
  } catch (error) {
    console.info('No draft is kept: ' + error.message);
  }
})();
