/* Keeps the notice about a file that is being loaded up to date, and shows the table when it is there.
 *
 * Without scripts the page reloads itself (see package/resource_read.html).
 */
(function () {
  'use strict';

  var FIRST_WAIT = 1500; // milliseconds
  var LONGEST_WAIT = 15000;
  var BUSY = ['waiting', 'reading', 'interrupted'];

  function follow(notice, wait) {
    window.setTimeout(function () {
      if (document.hidden) {
        follow(notice, wait);
        return;
      }
      fetch(notice.dataset.address, { credentials: 'same-origin' })
        .then(function (answer) {
          return answer.ok ? answer.text() : Promise.reject(new Error(answer.status));
        })
        .then(function (text) {
          var fresh = new DOMParser().parseFromString(text, 'text/html').getElementById('hue-load-state');
          if (!fresh || BUSY.indexOf(fresh.dataset.state) < 0) {
            window.location.reload();
            return;
          }
          if (fresh.textContent !== notice.textContent) {
            notice.className = fresh.className;
            notice.replaceChildren.apply(notice, Array.from(fresh.childNodes));
          }
          follow(notice, Math.min(wait * 1.3, LONGEST_WAIT));
        })
        .catch(function () {
          follow(notice, LONGEST_WAIT);
        });
    }, wait);
  }

  var notice = document.getElementById('hue-load-state');
  if (notice && notice.dataset.address) {
    follow(notice, FIRST_WAIT);
  }
})();
