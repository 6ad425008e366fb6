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
  // Scripts inside the HTML that a block fetches: the page's policy refuses them, so they are not tried.
  const before = $.htmlPrefilter;
  $.htmlPrefilter = function (html) {
    return before(html).replace(/<script(?:\s+type="text\/javascript")?(?:\s+charset="[^"]*")?\s*>[^]*?<\/script>/gi, "");
  };
  $.postWithPrefix = $.post;
  $.getWithPrefix = $.get;
  $.ajaxWithPrefix = $.ajax;
  $.cookie = $.cookie || function () { return undefined; };

  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;", "`": "&#x60;" };
  // The few functions of Underscore that the two blocks call.
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
    filter: function (list, test) { return Array.prototype.filter.call(list || [], test); },
    isArray: Array.isArray,
    isFinite: function (value) { return value !== null && value !== "" && isFinite(value); },
    isFunction: function (value) { return typeof value === "function"; },
    isNumber: function (value) { return typeof value === "number"; },
    once: function (run) {
      let done = false, result;
      return function () {
        if (!done) { done = true; result = run.apply(this, arguments); }
        return result;
      };
    },
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

  // jQuery UI's slider, as far as the video player uses it: one handle, by pointer and by keyboard.
  function Slider(element, options) {
    this.element = element;
    this.options = Object.assign({ min: 0, max: 100, step: 1, value: 0 }, options);
    this.upright = this.options.orientation === "vertical";
    this.range = $('<div class="ui-slider-range ui-widget-header ui-slider-range-min"></div>').prependTo(element);
    this.handle = element.find(".ui-slider-handle");
    element.addClass("ui-slider " + (this.upright ? "ui-slider-vertical" : "ui-slider-horizontal"));
    element.on("pointerdown.slider", this.drag.bind(this));
    this.handle.on("keydown.slider", this.key.bind(this));
    this.draw();
  }
  Slider.prototype.draw = function () {
    const o = this.options, span = o.max - o.min;
    const part = span > 0 ? Math.min(100, Math.max(0, (o.value - o.min) / span * 100)) : 0;
    this.range.css(this.upright ? "height" : "width", part + "%");
    this.handle.css(this.upright ? "bottom" : "left", part + "%");
  };
  Slider.prototype.set = function (value, event, done) {
    const o = this.options;
    o.value = Math.min(o.max, Math.max(o.min, value));
    this.draw();
    const ui = { value: o.value, handle: this.handle[0] };
    if (o.slide) { o.slide(event, ui); }
    if (done && o.stop) { o.stop(event, ui); }
  };
  Slider.prototype.at = function (event) {
    const box = this.element[0].getBoundingClientRect(), o = this.options;
    const part = this.upright ? (box.bottom - event.clientY) / box.height : (event.clientX - box.left) / box.width;
    return o.min + Math.round(part * (o.max - o.min));
  };
  Slider.prototype.drag = function (start) {
    const slider = this, node = this.element[0];
    node.setPointerCapture(start.pointerId);
    slider.set(slider.at(start), start, false);
    slider.element.on("pointermove.drag", function (event) { slider.set(slider.at(event), event, false); });
    slider.element.one("pointerup.drag pointercancel.drag", function (event) {
      slider.element.off(".drag");
      slider.set(slider.at(event), event, true);
    });
    start.preventDefault();
  };
  Slider.prototype.key = function (event) {
    const o = this.options;
    const to = {
      ArrowRight: o.value + o.step, ArrowUp: o.value + o.step,
      ArrowLeft: o.value - o.step, ArrowDown: o.value - o.step, Home: o.min, End: o.max,
    }[event.key];
    if (to === undefined) { return; }
    event.preventDefault();
    this.set(to, event, true);
  };
  $.fn.slider = function (what, name, value) {
    if (typeof what === "object") {
      return this.each(function () { $(this).data("slider", new Slider($(this), what)); });
    }
    const slider = this.data("slider");
    if (!slider) { return this; }
    if (what === "destroy") {
      slider.range.remove();
      this.off(".slider .drag").removeData("slider");
      return this;
    }
    const option = what === "value" ? "value" : name, to = what === "value" ? name : value;
    if (to === undefined) { return slider.options[option]; }
    slider.options[option] = to;
    slider.draw();
    return this;
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
