/* Slugs from Vietnamese titles in CKAN's forms.
 *
 * CKAN's jQuery.url.slugify looks single characters up in a table that has no letters with two marks and takes
 * decomposed text apart. This one does what `slugify_vi` in slug.py does on the server, letter for letter.
 */
(function ($) {
  'use strict';

  var MAX_LENGTH = 100;

  // Letters with a stroke have no decomposition. Ð (eth) and Ɖ look like Đ and are typed for it.
  function fold(text) {
    return text.normalize('NFKD').toLowerCase().replace(/[đðɖ]/g, 'd').replace(/\p{M}/gu, '');
  }

  function cut(slug) {
    if (slug.length <= MAX_LENGTH) {
      return slug;
    }
    var head = slug.slice(0, MAX_LENGTH);
    if (slug[MAX_LENGTH] !== '-' && head.includes('-')) {
      head = head.slice(0, head.lastIndexOf('-'));
    }
    return head.replace(/-+$/, '');
  }

  /* Returns the slug of `text`; empty when nothing is left, in which case the server makes the name.
   *
   * trim - false while a person types into the slug's own field: hyphens at the end and underscores stay, so
   *        that the next key can follow (default: true).
   */
  $.url.slugify = function (text, trim) {
    if (trim === false) {
      return fold(text).replace(/[^a-z0-9_]/g, '-').slice(0, MAX_LENGTH);
    }
    return cut(fold(text).replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, ''));
  };

  // CKAN's button beside the preview would be the form's first one that submits: Enter in any field pressed it.
  var preview = $.fn.slugPreview && $.fn.slugPreview.defaults;
  if (preview) {
    preview.template = preview.template.replace('<button ', '<button type="button" ');
  }
})(this.jQuery);
