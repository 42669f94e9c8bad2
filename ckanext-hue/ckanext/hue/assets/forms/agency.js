/* The form of a new dataset begins with what its agency said last time: another agency, chosen before anything is typed,
 * begins it anew. Later the form stays as it is. */
this.ckan.module('hue-agency', function ($) {
  'use strict';

  return {
    initialize: function () {
      var select = this.el[0];
      var form = select.form;
      var isNew = window.location.pathname.split('/').pop() === 'new' && !document.getElementById('form-errors');
      var touched = false;
      form.addEventListener('input', function (event) { touched = touched || event.target !== select; });
      form.addEventListener('hue:changed', function () { touched = true; });
      select.addEventListener('change', function (event) {
        if (isNew && !touched && event.isTrusted) {
          var address = new URL(window.location.href);
          address.searchParams.set('group', select.value);
          $(window).off('beforeunload');
          window.onbeforeunload = null;
          window.location.assign(address);
        }
      });
    }
  };
});
