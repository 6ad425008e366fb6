// What the platform's own problem and video blocks expect to find on the page: its globals, as small as
// they can be. Loaded after jQuery and the message catalogue, before the blocks' scripts.
(function () {
  "use strict";

  const $ = window.jQuery;
  window.$ = $;

  function token() {
    const match = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    return match ? decodeURIComponent(match[1]) : "";
  }
  $.ajaxSetup({
    beforeSend: function (request, options) {
      if (!options.crossDomain && !/^(GET|HEAD|OPTIONS)$/i.test(options.type)) {
        request.setRequestHeader("X-CSRFToken", token());
      }
    },
  });
  $.postWithPrefix = $.post;
  $.getWithPrefix = $.get;
  $.ajaxWithPrefix = $.ajax;
  $.cookie = $.cookie || function () { return undefined; };

  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;", "`": "&#x60;" };
  // The few functions of Underscore that the problem block calls.
  window._ = window._ || {
    escape: function (text) {
      return text === null || text === undefined ? "" : String(text).replace(/[&<>"'`]/g, function (c) { return entities[c]; });
    },
    mapObject: function (object, change) {
      const result = {};
      Object.keys(object || {}).forEach(function (key) { result[key] = change(object[key], key, object); });
      return result;
    },
    extend: Object.assign,
    bindAll: function (object) {
      Array.prototype.slice.call(arguments, 1).forEach(function (name) { object[name] = object[name].bind(object); });
      return object;
    },
  };

  function interpolate(text, values) {
    return text.replace(/{\w+}/g, function (name) { return String(values[name.slice(1, -1)]); });
  }
  function HtmlSnippet(text) { this.text = text; }
  HtmlSnippet.prototype.valueOf = HtmlSnippet.prototype.toString = function () { return this.text; };
  const HTML = function (text) { return new HtmlSnippet(text); };
  const ensureHtml = function (value) { return value instanceof HtmlSnippet ? value : HTML(window._.escape(value)); };
  window.edx = window.edx || {};
  window.edx.StringUtils = { interpolate: interpolate };
  window.edx.HtmlUtils = {
    HTML: HTML,
    HtmlSnippet: HtmlSnippet,
    ensureHtml: ensureHtml,
    interpolateHtml: function (format, values) {
      return HTML(interpolate(ensureHtml(format).toString(), window._.mapObject(values, ensureHtml)));
    },
    joinHtml: function () { return HTML(Array.prototype.map.call(arguments, ensureHtml).join("")); },
    setHtml: function (element, html) { return $(element).html(ensureHtml(html).toString()); },
    append: function (element, html) { return $(element).append(ensureHtml(html).toString()); },
    prepend: function (element, html) { return $(element).prepend(ensureHtml(html).toString()); },
  };

  // The platform's event log: this site keeps what the server knows, and asks browsers for nothing more.
  window.Logger = { log: function () {}, listen: function () {} };
  window.onTouchBasedDevice = function () {
    return /iPad|iPhone|Android/i.test(navigator.userAgent) ? "touch" : null;
  };

  // Speaks to screen readers.
  const voice = document.createElement("div");
  voice.setAttribute("aria-live", "polite");
  voice.className = "sr";
  document.body.appendChild(voice);
  window.SR = {
    clear: function () { voice.textContent = ""; },
    readText: function (text) { voice.textContent = text; },
    readTexts: function (texts) { voice.textContent = texts.join(". "); },
  };
})();
