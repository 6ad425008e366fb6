// Renews the table of results in place while the page is in sight. Never moves the focus or the
// scroll position: while the reader is inside the table, it waits.
"use strict";
(() => {
  const PERIOD = 3000;
  const region = document.getElementById("results");
  const news = document.getElementById("news");
  const offline = document.getElementById("offline");
  const url = region.dataset.url + window.location.search;
  let busy = false;

  const body = (root) => root.querySelector("table").innerHTML;

  const show = (html) => {
    const fresh = document.createElement("div");
    fresh.innerHTML = html;
    const changed = body(fresh) !== body(region);
    if (!changed) {
      region.querySelector("time").replaceWith(fresh.querySelector("time"));
      return;
    }
    const left = region.querySelector(".scroll").scrollLeft;
    region.replaceChildren(...fresh.childNodes);
    region.querySelector(".scroll").scrollLeft = left;
    news.textContent = "";
    window.setTimeout(() => { news.textContent = region.dataset.arrived; }, 100);
  };

  const reading = () => region.contains(document.activeElement);

  const renew = async () => {
    if (busy || document.hidden || reading()) return;
    busy = true;
    try {
      const response = await fetch(url, { credentials: "same-origin", redirect: "error" });
      if (!response.ok) throw new Error(String(response.status));
      const html = await response.text();
      // The reader may have come into the table while the answer was on its way.
      if (!reading()) show(html);
      offline.hidden = true;
    } catch {
      offline.textContent = region.dataset.offline;
      offline.hidden = false;
    } finally {
      busy = false;
    }
  };

  window.setInterval(renew, PERIOD);
  document.addEventListener("visibilitychange", renew);
})();
