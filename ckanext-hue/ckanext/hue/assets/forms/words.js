/* What fields with suggestions (Select2) say, in the page's language; Select2 itself speaks English only.
 *
 * Select2 asks for the words of the language that the page declares. They are looked up when they are shown, because CKAN
 * loads its catalogue after this file.
 */
(function (ckan, $) {
  'use strict';

  var language = document.documentElement.lang;

  function _(text, values) {
    return ckan.i18n._(text, values);
  }

  $.fn.select2.amd.define('select2/i18n/' + language, [], function () {
    return {
      errorLoading: function () { return _('The results could not be loaded'); },
      inputTooLong: function (args) {
        return _('Please delete %(count)s characters', { count: args.input.length - args.maximum });
      },
      inputTooShort: function (args) {
        return _('Please type %(count)s more characters', { count: args.minimum - args.input.length });
      },
      loadingMore: function () { return _('Loading more results…'); },
      maximumSelected: function (args) {
        return _('No more than %(count)s can be chosen', { count: args.maximum });
      },
      noResults: function () { return _('No matches found'); },
      removeAllItems: function () { return _('Remove all items'); },
      removeItem: function () { return _('Remove item'); },
      search: function () { return _('Search'); },
      searching: function () { return _('Searching…'); },
    };
  });

  /* Select2 gives its fields no name for screen readers, and a text area a role that it may not have. */
  function name(element) {
    var label = element.labels && element.labels[0];
    var field = $(element).next('.select2-container');
    if (label) {
      field.find('.select2-selection, textarea').attr('aria-label', label.textContent.replace('*', '').trim());
    }
    field.find('textarea').removeAttr('role');
  }

  var make = $.fn.select2;
  $.fn.select2 = function () {
    var made = make.apply(this, arguments);
    this.each(function () { name(this); });
    return made;
  };
  $.extend($.fn.select2, make);
})(this.ckan, this.jQuery);
