/* Keeps a notice up to date while its work goes on: a file that is being loaded, or a harvest.
 *
 * The notice names the address of its newest form; one without an address has come to an end, and the page is
 * loaded again with all that the work brought. Without scripts the page offers a link to itself.
 */
(function () {
  'use strict';

  var FIRST_WAIT = 1500; // milliseconds
  var LONGEST_WAIT = 15000;

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
          var fresh = new DOMParser().parseFromString(text, 'text/html').getElementById(notice.id);
          if (!fresh || !fresh.dataset.address) {
            window.location.reload();
            return;
          }
          var changed = fresh.textContent !== notice.textContent;
          if (changed) {
            notice.className = fresh.className;
            notice.replaceChildren.apply(notice, Array.from(fresh.childNodes));
          }
          follow(notice, changed ? FIRST_WAIT : Math.min(wait * 1.3, LONGEST_WAIT));
        })
        .catch(function () {
          follow(notice, LONGEST_WAIT);
        });
    }, wait);
  }

  var notice = document.querySelector('#hue-load-state, #hue-job-state');
  if (notice && notice.dataset.address) {
    follow(notice, FIRST_WAIT);
  }
})();
