/* The learner's page of a competency assessment. No dependency, no build step.
   The server renders everything and decides everything; this saves answers as they are given, one request
   at a time, keeps what could not be sent, and swaps the HTML that comes back. */
(function () {
  "use strict";
  if (window.KapasitasCompetencyAssessment) return;

  const TYPING_PAUSE = 700;
  const RETRY_AFTER = 8000;

  function cookie(name) {
    const found = document.cookie.split("; ").find((one) => one.startsWith(name + "="));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function uuid() {
    // randomUUID needs a secure context; a regional office's intranet may have none.
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  }

  /* An answer as the server takes it, read off the item's controls. */
  function responseOf(item) {
    const field = item.dataset.field;
    const parts = Array.from(item.querySelectorAll("[data-part]"));
    if (field === "chosen") {
      return { chosen: parts.filter((part) => part.checked).map((part) => part.dataset.part) };
    }
    if (field === "text") return { text: parts[0].value };
    const values = {};
    for (const part of parts) {
      if (part.type === "radio" ? !part.checked : part.value.trim() === "") continue;
      values[part.dataset.part] = field === "matches" || field === "numbers" ? part.value : Number(part.value);
    }
    return { [field]: values };
  }

  class RefusedError extends Error {}

  async function post(url, data) {
    const reply = await fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken") },
      body: JSON.stringify(data),
    });
    const body = await reply.json().catch(() => null);
    // Our handlers refuse by name, for good. Anything else, such as a log-in page in the place of a
    // reply, may go better next time: what was to be sent is kept.
    if (body && typeof body.error === "string" && reply.status < 500) throw new RefusedError(body.error);
    if (!body || !reply.ok) throw new Error(reply.statusText);
    return body;
  }

  class Assessment {
    constructor(root) {
      this.root = root;
      this.text = root.dataset;
      this.pending = new Map(); // item id → what is still to be sent
      this.timers = new Map();
      this.sending = Promise.resolve();
      root.addEventListener("change", (event) => this.changed(event, 0));
      root.addEventListener("input", (event) => {
        if (event.target.type === "text") this.changed(event, TYPING_PAUSE);
      });
      root.addEventListener("click", (event) => this.clicked(event));
      window.addEventListener("online", () => this.flush());
      window.addEventListener("beforeunload", (event) => {
        if (root.isConnected && this.pending.size) event.preventDefault();
      });
    }

    attempt() {
      return Number(this.root.querySelector("[data-attempt]").dataset.attempt);
    }

    item(id) {
      return this.root.querySelector('[data-item="' + CSS.escape(id) + '"]');
    }

    changed(event, pause) {
      const item = event.target.closest("[data-item]");
      if (!item || !event.target.matches("[data-part]") || item.hasAttribute("data-locked")) return;
      this.placesOnce(item);
      this.queue(item, false);
      clearTimeout(this.timers.get(item.dataset.item));
      this.timers.set(item.dataset.item, setTimeout(() => this.flush(), pause));
    }

    /* A place that is given twice is marked at once; the server counts it as not complete. */
    placesOnce(item) {
      const places = Array.from(item.querySelectorAll("[data-place]"));
      for (const place of places) {
        const twice = place.value && places.some((other) => other !== place && other.value === place.value);
        if (twice) place.setAttribute("aria-invalid", "true");
        else place.removeAttribute("aria-invalid");
      }
    }

    queue(item, final) {
      this.pending.set(item.dataset.item, {
        item: item.dataset.item,
        response: responseOf(item),
        uuid: uuid(),
        attempt: this.attempt(),
        final: final,
        answered_at: new Date().toISOString(),
      });
    }

    /* Sends what is pending, one after another, and resolves when it has been tried. */
    flush() {
      this.timers.forEach(clearTimeout);
      this.timers.clear();
      this.sending = this.sending.then(async () => {
        for (const [id, request] of Array.from(this.pending)) await this.send(id, request);
      });
      return this.sending;
    }

    async send(id, request) {
      this.status(id, this.text.textSaving);
      try {
        const reply = await post(this.text.urlAnswer, request);
        // What was typed while this was under way stays pending.
        if (this.pending.get(id) === request) this.pending.delete(id);
        this.saved(reply);
      } catch (error) {
        if (error instanceof RefusedError) {
          if (this.pending.get(id) === request) this.pending.delete(id);
          const item = this.item(id);
          if (item) item.setAttribute("data-refused", "");
          this.status(id, fill(this.text.textFailed, { reason: error.message }), true);
        } else {
          this.status(id, fill(this.text.textFailed, { reason: this.text.textOffline }), true, true);
          clearTimeout(this.timers.get(""));
          this.timers.set("", setTimeout(() => this.flush(), RETRY_AFTER));
        }
      }
    }

    saved(reply) {
      const item = this.item(reply.item);
      if (!item) return;
      item.removeAttribute("data-refused");
      item.toggleAttribute("data-complete", reply.complete);
      const counted = fill(this.text.textAnswered, { n: reply.answered, m: reply.count });
      for (const counter of this.root.querySelectorAll("[data-counter]")) counter.textContent = counted;
      if (reply.html) {
        const template = document.createElement("template");
        template.innerHTML = reply.html;
        const locked = template.content.firstElementChild;
        item.replaceWith(locked);
        locked.querySelector("h3").focus();
      } else {
        const twice = item.querySelector("[aria-invalid]");
        const partly = twice ? this.text.textTwice : this.text.textPartly;
        this.status(reply.item, reply.complete ? this.text.textSaved : partly);
      }
    }

    status(id, text, failed, retry) {
      const item = this.item(id);
      const line = item && item.querySelector("[data-status]");
      if (!line) return;
      line.textContent = text;
      line.classList.toggle("ka-failed", Boolean(failed));
      if (retry) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "ka-link";
        button.dataset.action = "retry";
        button.textContent = this.text.textRetry;
        line.append(" ", button);
      }
    }

    async clicked(event) {
      const button = event.target.closest("[data-action]");
      if (!button || !this.root.contains(button)) return;
      event.preventDefault();
      button.disabled = true;
      this.error("");
      try {
        await this[button.dataset.action](button);
      } catch (error) {
        this.error(error instanceof RefusedError ? error.message : this.text.textOffline);
      } finally {
        button.disabled = false;
      }
    }

    async start() {
      this.show(await post(this.text.urlStart, {}));
    }

    async check(button) {
      const item = button.closest("[data-item]");
      const id = item.dataset.item;
      // First as it stands: what is not complete is saved, but not checked.
      if (!item.hasAttribute("data-complete") && !this.pending.has(id)) this.queue(item, false);
      await this.flush();
      if (this.pending.has(id) || !item.hasAttribute("data-complete")) return;
      this.queue(item, true);
      await this.flush();
    }

    async retry() {
      await this.flush();
    }

    back() {
      this.root.querySelector("[data-confirm]").hidden = true;
      const open = this.open()[0];
      if (open) open.querySelector("h3").focus();
    }

    open() {
      return Array.from(this.root.querySelectorAll("[data-item]:not([data-complete])"));
    }

    async submit() {
      await this.flush();
      if (this.pending.size || this.root.querySelector("[data-refused]")) {
        this.error(this.text.textUnsent);
        return;
      }
      const open = this.open();
      if (!open.length) {
        await this.confirm();
        return;
      }
      const box = this.root.querySelector("[data-confirm]");
      const missing = box.querySelector("[data-missing]");
      missing.textContent = fill(this.text.textMissing, {
        items: open.map((item) => item.dataset.number).join(", "),
      });
      box.hidden = false;
      missing.focus();
    }

    async confirm() {
      this.show(await post(this.text.urlSubmit, { attempt: this.attempt() }));
    }

    show(reply) {
      this.root.innerHTML = reply.html;
      this.root.querySelector("[data-heading]").focus();
      this.root.scrollIntoView({ block: "start" });
    }

    error(text) {
      const line = this.root.querySelector("[data-error]");
      line.textContent = text;
      line.hidden = !text;
    }
  }

  function begin(root) {
    if (!root || root.dataset.begun || !root.dataset.urlStart) return;
    root.dataset.begun = "yes";
    new Assessment(root);
  }

  /* Called by the host: raw elements in the LMS, jQuery's in Studio. */
  window.KapasitasCompetencyAssessment = function (_runtime, element) {
    const raw = element && element.jquery ? element[0] : element;
    begin(raw && raw.matches(".kapasitas-assessment") ? raw : raw && raw.querySelector(".kapasitas-assessment"));
  };

  // Where this file came later than the host's call.
  document.querySelectorAll(".kapasitas-assessment").forEach(begin);
})();
