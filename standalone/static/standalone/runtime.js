// The XBlock runtime in the browser: starts each block's script, as the LMS does, and notes what was seen.
(function () {
  "use strict";

  const SEEN_AFTER = 5000; // ms that a block must be in view, as in the LMS
  const FIRST_RETRY = 2000, SLOWEST_RETRY = 60000; // ms before a view that was not noted is told again

  function plain(element) {
    return element && element.jquery ? element[0] : element;
  }

  function token() {
    const match = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    return match ? decodeURIComponent(match[1]) : "";
  }

  function Runtime(element, children) {
    this.element = element;
    this.children = children;
    this.listeners = {};
  }
  Runtime.prototype.handlerUrl = function (element, name, suffix, query) {
    const block = plain(element).closest(".xblock[data-handlers]");
    let url = block.dataset.handlers + name;
    if (suffix) { url += "/" + suffix; }
    if (query) { url += "?" + query; }
    return url;
  };
  Runtime.prototype.notify = function (name, data) {
    (this.listeners[name] || []).forEach(function (listener) { listener(data); });
  };
  Runtime.prototype.listenTo = function (name, listener) {
    (this.listeners[name] = this.listeners[name] || []).push(listener);
  };

  function init(element) {
    const children = Array.from(element.querySelectorAll(".xblock[data-init]"))
      .filter(function (child) { return child.parentElement.closest(".xblock[data-init]") === element; })
      .map(function (child) { return child.xblock; });
    const script = element.querySelector(":scope > .xblock-json-init-args");
    const args = script ? JSON.parse(script.textContent) : undefined;
    const start = window[element.dataset.init];
    if (typeof start !== "function") {
      console.error("no function " + element.dataset.init + " for " + element.dataset.usageId);
      return;
    }
    const runtime = new Runtime(element, children);
    runtime.childMap = function (_, name) {
      return children.find(function (child) { return child && child.name === name; });
    };
    // As the LMS does: a constructor gets an object of its own, a plain or arrow function does not mind.
    const own = Object.create(start.prototype || Object.prototype);
    const result = start.call(own, runtime, element, args);
    const block = Object(result) === result ? result : own;
    block.runtime = runtime;
    block.element = element;
    element.xblock = block;
  }

  // Seen: its end has been in view, and it has been in view for long enough altogether.
  function watch(element) {
    let since = null, total = 0, end = false, timer = null;
    const look = new IntersectionObserver(function (entries) {
      const now = entries[entries.length - 1];
      if (now.isIntersecting && since === null) { since = Date.now(); }
      if (!now.isIntersecting && since !== null) { total += Date.now() - since; since = null; }
    });
    look.observe(element);
    timer = setInterval(function () {
      const box = element.getBoundingClientRect();
      if (since !== null && !document.hidden && box.bottom <= window.innerHeight + 1) { end = true; }
      if (end && total + (since === null ? 0 : Date.now() - since) >= SEEN_AFTER) {
        clearInterval(timer);
        look.disconnect();
        report(element, FIRST_RETRY);
      }
    }, 500);
  }

  // Tries until the site has noted it: a view that the line lost must not need a second reading.
  function report(element, wait) {
    fetch(element.dataset.viewedUrl, {
      method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": token() },
    }).then(function (response) {
      // A redirect leads to the sign-in page: nothing was noted.
      if (!response.ok || response.redirected) { throw new Error("not noted: " + response.status); }
      delete element.dataset.viewedUrl;
      if (!document.querySelector(".xblock[data-viewed-url]")) {
        document.dispatchEvent(new CustomEvent("kapasitas:viewed"));
      }
    }).catch(function () {
      setTimeout(report, wait, element, Math.min(2 * wait, SLOWEST_RETRY));
    });
  }

  document.addEventListener("kapasitas:viewed", function () {
    document.querySelectorAll("[data-when-viewed]").forEach(function (note) {
      note.textContent = note.dataset.whenViewed;
    });
  });

  // A wide table scrolls inside its block: let the keyboard reach it.
  function letKeyboardScroll() {
    document.querySelectorAll(".xblock-student_view-html").forEach(function (block) {
      if (block.scrollWidth > block.clientWidth) { block.tabIndex = 0; } else { block.removeAttribute("tabindex"); }
    });
  }
  letKeyboardScroll();
  window.addEventListener("resize", letKeyboardScroll);

  // Inner blocks come first, so that outer ones find their children started.
  Array.from(document.querySelectorAll(".xblock[data-init]")).reverse().forEach(init);
  document.querySelectorAll(".xblock[data-viewed-url]").forEach(watch);
})();
