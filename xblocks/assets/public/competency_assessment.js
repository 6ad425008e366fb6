/* The learner's page of a competency assessment. No dependency, no build step.
   The server renders everything and decides everything; this keeps each answer on the device until it was
   sent, sends one at a time, counts the time down that the server gave, and swaps the HTML that comes back. */
(function () {
  "use strict";
  if (window.KapasitasCompetencyAssessment) return;

  const TYPING_PAUSE = 700;
  const RETRY_AFTER = 8000;
  const RETRY_AT_MOST = 60000;
  const PATIENCE = 60000;
  const PATIENCE_WITH_AN_ANSWER = 20000;
  const WARNINGS = [300, 60]; // seconds before the end
  const DAY = 86400000;
  const STORE = "kapasitas-assessment:";

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

  function clock(seconds) {
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(seconds / 3600);
    const rest = two(Math.floor(seconds / 60) % 60) + ":" + two(seconds % 60);
    return hours ? hours + ":" + rest : rest;
  }

  function element(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  }

  function parsed(json) {
    try {
      return JSON.parse(json);
    } catch {
      return null;
    }
  }

  const partsOf = (item) => Array.from(item.querySelectorAll("[data-part]"));
  const isTyped = (field) => field === "matches" || field === "numbers";

  /* An answer as the server takes it, read off the item's controls. */
  function responseOf(item) {
    const field = item.dataset.field;
    const parts = partsOf(item);
    if (field === "chosen") {
      return { chosen: parts.filter((part) => part.checked).map((part) => part.dataset.part) };
    }
    if (field === "text") return { text: parts[0].value };
    const values = {};
    for (const part of parts) {
      if (part.type === "radio" ? !part.checked : part.value.trim() === "") continue;
      values[part.dataset.part] = isTyped(field) ? part.value : Number(part.value);
    }
    return { [field]: values };
  }

  /* The same the other way round: puts a kept answer back into the controls. */
  function restore(item, request) {
    const field = item.dataset.field;
    const given = request.response[field];
    // The author gave the item another type since.
    if (given === undefined) return;
    for (const part of partsOf(item)) {
      const name = part.dataset.part;
      if (field === "chosen") part.checked = given.includes(name);
      else if (field === "text") part.value = given;
      else if (part.type === "radio") part.checked = String(given[name]) === part.value;
      else part.value = name in given ? given[name] : "";
    }
    for (const one of item.querySelectorAll("[data-sure]")) one.checked = Number(one.value) === request.certainty;
  }

  function complete(item) {
    const given = Object.values(responseOf(item))[0];
    if (item.dataset.field === "chosen") return given.length > 0;
    if (item.dataset.field === "text") return given.trim() !== "";
    const names = new Set(partsOf(item).map((part) => part.dataset.part));
    const values = Object.values(given);
    const places = item.querySelector("[data-place]");
    return values.length === names.size && (!places || new Set(values).size === names.size);
  }

  class RefusedError extends Error {
    constructor(message, status) {
      super(message);
      // What the learner can put right; anything else stands as it is.
      this.mendable = status === 400;
    }
  }
  class SignedOutError extends Error {}

  async function post(url, data, patience = PATIENCE) {
    // A line may die without a word: what takes too long counts as not sent, and is sent again.
    const givenUp = new AbortController();
    const waiting = setTimeout(() => givenUp.abort(), patience);
    try {
      return await read(await fetch(url, { ...posted(data), signal: givenUp.signal }));
    } finally {
      clearTimeout(waiting);
    }
  }

  function posted(data) {
    return {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken") },
      body: JSON.stringify(data),
    };
  }

  async function read(reply) {
    const body = await reply.json().catch(() => null);
    // Our handlers refuse by name, for good. Anything else may go better next time: what was to be sent is kept.
    if (body && typeof body.error === "string" && reply.status < 500) throw new RefusedError(body.error, reply.status);
    // A log-in page in the place of a reply, or a refusal that is none of ours: the session has ended.
    if (!body && (reply.redirected || reply.status === 401 || reply.status === 403)) throw new SignedOutError();
    if (!body || !reply.ok) throw new Error(reply.statusText);
    return body;
  }

  /* What is still to be sent, an entry for each item: in the browser's storage, which outlives the page and which
     all windows of the attempt share, or only here where there is none. Holds what the learner answered, never a
     key. */
  class Queue {
    constructor(name) {
      this.prefix = STORE + name + ":";
      this.here = new Map();
      this.given = new Map();
      // Without an attempt there is nothing to keep, and nothing to forget.
      this.lasting = name !== "";
      if (!this.lasting) return;
      try {
        this.forgetEarlier(name);
        localStorage.setItem(this.prefix, "");
        localStorage.removeItem(this.prefix);
      } catch {
        this.lasting = false;
      }
    }

    /* What waits of an earlier attempt of the same learner can no longer be sent. */
    forgetEarlier(name) {
      const same = STORE + name.slice(0, name.lastIndexOf("-") + 1);
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(same) && !key.startsWith(this.prefix)) localStorage.removeItem(key);
      }
    }

    /* All that waits, as it was given. */
    waiting() {
      if (!this.lasting) return Array.from(this.here.values());
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
      const kept = keys.map((key) => parsed(localStorage.getItem(key))).filter(Boolean);
      return kept.sort((one, other) => one.answered_at.localeCompare(other.answered_at));
    }

    get size() {
      return this.waiting().length;
    }

    of(item) {
      return this.waiting().find((one) => one.item === item);
    }

    put(request) {
      this.given.set(request.uuid, performance.now());
      if (this.lasting) {
        try {
          localStorage.setItem(this.prefix + request.item, JSON.stringify(request));
          return;
        } catch {
          for (const one of this.waiting()) this.here.set(one.item, one);
          this.lasting = false;
        }
      }
      this.here.set(request.item, request);
    }

    /* Whether it still waits: another window may have sent it, or have another answer in its place. */
    holds(request) {
      const now = this.of(request.item);
      return Boolean(now) && now.uuid === request.uuid;
    }

    /* What was put in its place while it was under way stays. */
    sent(request) {
      if (!this.holds(request)) return;
      this.here.delete(request.item);
      try {
        localStorage.removeItem(this.prefix + request.item);
      } catch {
        // There is no storage.
      }
    }

    /* The request as it is sent now. Between the two times lies how long it waited, also where somebody has
       set the clock meanwhile; a page that slept knows that from the clock alone. */
    told(request) {
      const given = Date.parse(request.answered_at);
      let waited = Date.now() - given;
      if (this.given.has(request.uuid)) {
        const awake = performance.now() - this.given.get(request.uuid);
        if (waited < awake || waited > awake + DAY) waited = awake;
      }
      return { ...request, sent_at: new Date(given + Math.max(0, waited)).toISOString() };
    }
  }

  /* Counts down from the seconds that the server gave, by a clock that nobody can set. */
  class Timer {
    constructor(box, text, over) {
      this.line = box.querySelector("[data-timer]");
      this.announce = box.querySelector("[data-announce]");
      this.text = text;
      this.over = over;
      this.set(Number(box.dataset.left));
      this.ticking = setInterval(() => this.tick(), 1000);
      this.tick();
    }

    set(seconds) {
      this.end = performance.now() + seconds * 1000;
    }

    left() {
      return Math.max(0, Math.ceil((this.end - performance.now()) / 1000));
    }

    tick() {
      if (!this.line.isConnected) return this.stop();
      const left = this.left();
      this.line.textContent = fill(this.text.textLeft, { time: clock(left) });
      this.line.classList.toggle("ka-short", left <= WARNINGS[0]);
      const warning = WARNINGS.find((one) => left <= one && left > one - 5 && this.warned !== one);
      if (warning) {
        this.warned = warning;
        this.announce.textContent = fill(this.text.textWarn, { n: warning / 60 });
      }
      if (left === 0) {
        this.stop();
        this.over();
      }
    }

    stop() {
      clearInterval(this.ticking);
    }
  }

  class Assessment {
    constructor(root) {
      this.root = root;
      this.text = root.dataset;
      this.timers = new Map();
      this.sending = Promise.resolve();
      this.pause = RETRY_AFTER;
      this.signedOut = false;
      root.addEventListener("change", (event) => this.changed(event, 0));
      root.addEventListener("input", (event) => {
        if (event.target.type === "text") this.changed(event, TYPING_PAUSE);
      });
      root.addEventListener("click", (event) => this.clicked(event));
      window.addEventListener("online", () => this.reconnected());
      window.addEventListener("storage", () => this.summary());
      window.addEventListener("beforeunload", (event) => {
        if (root.isConnected && this.queue.size && !this.queue.lasting) event.preventDefault();
      });
      this.shown();
    }

    /* Takes up the page that the server has rendered: what waits on the device, the time, the test's state. */
    shown() {
      const bar = this.root.querySelector("[data-attempt]");
      this.queue = new Queue(bar ? bar.dataset.device : "");
      if (this.timer) this.timer.stop();
      this.timer = null;
      if (!bar) return;
      this.attempt = Number(bar.dataset.attempt);
      this.adaptive = this.root.querySelector("[data-adaptive]");
      this.reserve = Array.from(this.root.querySelectorAll("template[data-reserve]"), (one) => one.innerHTML);
      this.over = Boolean(this.adaptive && "over" in this.adaptive.dataset);
      this.ended = false;
      for (const request of this.queue.waiting()) {
        const item = this.item(request.item);
        if (!item || item.hasAttribute("data-locked")) continue;
        restore(item, request);
        this.kept(request.item);
      }
      const time = this.root.querySelector("[data-left]");
      this.timer = time ? new Timer(time, this.text, () => this.timeUp()) : null;
      this.summary();
      if (this.queue.size) this.flush();
      else if (this.over) this.finish();
    }

    item(id) {
      return this.root.querySelector('[data-item="' + CSS.escape(id) + '"]');
    }

    kept(id) {
      const lasting = this.signedOut ? this.text.textKeptSignedOut : this.text.textKept;
      this.status(id, this.queue.lasting ? lasting : this.text.textUnkept, "ka-kept");
    }

    changed(event, pause) {
      const item = event.target.closest("[data-item]");
      if (!item || !event.target.matches("[data-part], [data-sure]") || item.hasAttribute("data-locked")) return;
      this.placesOnce(item);
      // In an adaptive test an answer is given with "Next", and then it stands.
      if (this.adaptive) return this.status(item.dataset.item, "");
      this.put(item, false);
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

    put(item, final) {
      const sure = item.querySelector("[data-sure]:checked");
      this.queue.put({
        item: item.dataset.item,
        response: responseOf(item),
        uuid: uuid(),
        attempt: this.attempt,
        final: final,
        answered_at: new Date().toISOString(),
        ...(sure ? { certainty: Number(sure.value) } : {}),
      });
      this.kept(item.dataset.item);
    }

    /* Sends what is waiting, one after another, and resolves when it has been tried. */
    flush() {
      this.timers.forEach(clearTimeout);
      this.timers.clear();
      this.sending = this.sending.then(async () => {
        const queue = this.queue;
        for (const request of queue.waiting()) {
          if (queue.holds(request) && !(await this.send(request))) break;
        }
        this.summary();
        if (!this.queue.size && (this.over || this.ended)) await this.finish();
      });
      return this.sending;
    }

    /* Resolves to whether it makes sense to send the next. */
    async send(request) {
      const queue = this.queue;
      this.status(request.item, this.text.textSending);
      try {
        const reply = await post(this.text.urlAnswer, queue.told(request), PATIENCE_WITH_AN_ANSWER);
        queue.sent(request);
        this.pause = RETRY_AFTER;
        this.signedOut = false;
        if (queue === this.queue) this.saved(reply);
      } catch (error) {
        if (!(error instanceof RefusedError)) {
          this.signedOut = error instanceof SignedOutError;
          for (const one of queue.waiting()) this.kept(one.item);
          this.retryLater();
          return false;
        }
        queue.sent(request);
        const item = this.item(request.item);
        const open = item && !item.hasAttribute("data-locked");
        if (open && error.mendable) item.setAttribute("data-refused", "");
        const said = fill(this.text.textFailed, { reason: error.message });
        if (open) this.status(request.item, said, "ka-failed");
        else this.error(said);
      }
      return true;
    }

    retryLater() {
      clearTimeout(this.timers.get(""));
      this.timers.set("", setTimeout(() => this.flush(), this.pause));
      this.pause = Math.min(this.pause * 2, RETRY_AT_MOST);
    }

    reconnected() {
      this.pause = RETRY_AFTER;
      if (this.queue.size || this.over || this.ended) this.flush();
    }

    saved(reply) {
      if (this.timer && "left" in reply) this.timer.set(reply.left);
      for (const counter of this.root.querySelectorAll("[data-counter]")) counter.textContent = this.counted(reply);
      if (this.adaptive) return this.advance(reply);
      const item = this.item(reply.item);
      if (!item) return;
      item.removeAttribute("data-refused");
      item.toggleAttribute("data-complete", reply.complete);
      // The learner went on meanwhile: what waits now is not sent.
      if (this.queue.of(reply.item)) return this.kept(reply.item);
      if (reply.html) {
        const next = element(reply.html);
        const focused = !reply.superseded || item.contains(document.activeElement);
        item.replaceWith(next);
        if (focused) next.querySelector("h3").focus();
        if (reply.superseded) this.status(reply.item, this.text.textNewer, "ka-failed");
        return;
      }
      const twice = item.querySelector("[aria-invalid]");
      const partly = twice ? this.text.textTwice : this.text.textPartly;
      this.status(reply.item, reply.complete ? this.text.textSent : partly);
    }

    counted(reply) {
      const text = this.adaptive ? this.text.textGiven : this.text.textAnswered;
      return fill(text, { n: reply.answered, m: reply.count });
    }

    /* How many answers wait on the device, in one line; announced when it changes. */
    summary() {
      const line = this.root.querySelector("[data-queue-line]");
      if (!line) return;
      const waiting = this.queue.waiting();
      const lasting = this.signedOut ? this.text.textSignedOut : this.text.textSomeKept;
      const some = fill(this.queue.lasting ? lasting : this.text.textUnkept, { n: waiting.length });
      const text = waiting.length ? some : this.text.textAllSent;
      const told = line.querySelector("[data-queue]");
      if (!line.hidden || waiting.length) {
        line.hidden = false;
        if (told.textContent !== text) told.textContent = text;
      }
      line.classList.toggle("ka-waiting", waiting.length > 0);
      line.querySelector("[data-action=retry]").hidden = !waiting.length;
      // What another window took off the device, it has told of.
      for (const status of this.root.querySelectorAll(".ka-status.ka-kept")) {
        const id = status.closest("[data-item]").dataset.item;
        if (!waiting.some((one) => one.item === id)) this.status(id, "");
      }
    }

    status(id, text, look) {
      const item = this.item(id);
      const line = item && item.querySelector("[data-status]");
      if (!line) return;
      line.textContent = text;
      line.className = "ka-status " + (look || "");
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
        this.error(this.reason(error));
      } finally {
        button.disabled = false;
      }
    }

    reason(error) {
      if (error instanceof RefusedError) return error.message;
      return error instanceof SignedOutError ? this.text.textSignedOutNow : this.text.textOffline;
    }

    async start() {
      this.show(await post(this.text.urlStart, {}));
    }

    async check(button) {
      const item = button.closest("[data-item]");
      const id = item.dataset.item;
      // First as it stands: what is not complete is saved, but not checked.
      if (!item.hasAttribute("data-complete") && !this.queue.of(id)) this.put(item, false);
      await this.held([item], async () => {
        await this.flush();
        if (this.queue.of(id) || item.hasAttribute("data-refused")) return;
        if (!item.hasAttribute("data-complete")) {
          const twice = item.querySelector("[aria-invalid]");
          this.status(id, twice ? this.text.textTwice : this.text.textIncomplete, "ka-failed");
          return;
        }
        this.put(item, true);
        await this.flush();
      });
    }

    /* What is being given up for good does not change meanwhile. */
    async held(items, act) {
      const open = items.flatMap((item) => Array.from(item.querySelectorAll("fieldset:enabled")));
      for (const one of open) one.disabled = true;
      try {
        await act();
      } finally {
        for (const one of open) one.disabled = Boolean(one.closest("[data-locked]"));
      }
    }

    async retry() {
      this.pause = RETRY_AFTER;
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
      if (this.unsent()) return this.error(this.text.textUnsent);
      const open = this.open();
      if (!open.length) return this.confirm();
      const box = this.root.querySelector("[data-confirm]");
      const missing = box.querySelector("[data-missing]");
      missing.textContent = fill(this.text.textMissing, {
        items: open.map((item) => item.dataset.number).join(", "),
      });
      box.hidden = false;
      missing.focus();
    }

    unsent() {
      return this.queue.size > 0 || this.root.querySelector("[data-refused]") !== null;
    }

    /* What was answered since "Submit" was pressed is handed in, too. */
    async confirm() {
      await this.held(Array.from(this.root.querySelectorAll("[data-item]")), async () => {
        await this.flush();
        if (this.unsent()) return this.error(this.text.textUnsent);
        await this.handIn();
      });
    }

    async handIn() {
      this.show(await post(this.text.urlSubmit, { attempt: this.attempt }));
    }

    // An adaptive test

    async next(button) {
      const item = button.closest("[data-item]");
      if (!complete(item)) return this.status(item.dataset.item, this.text.textIncomplete, "ka-failed");
      this.put(item, true);
      await this.flush();
      if (this.queue.of(item.dataset.item) && this.item(item.dataset.item)) this.nextOffline(item);
    }

    nextOffline(item) {
      const next = this.reserve.shift();
      this.summary();
      if (next) return this.replace(item, element(next));
      this.close(item);
      this.error(this.text.textNoItems);
    }

    close(item) {
      item.setAttribute("data-locked", "");
      for (const one of item.querySelectorAll("fieldset")) one.disabled = true;
      const next = item.querySelector("[data-action=next]");
      if (next) next.hidden = true;
    }

    replace(item, next) {
      item.replaceWith(next);
      next.dataset.number = Number(item.dataset.number) + 1;
      next.querySelector("h3").textContent = fill(this.text.textItem, { n: next.dataset.number });
      next.querySelector("h3").focus();
    }

    /* Goes on to what the server chose, unless the learner is at work on an item that it sent before. */
    advance(reply) {
      this.error("");
      const item = this.adaptive.querySelector("[data-item]");
      this.over = reply.over;
      this.reserve = reply.reserve;
      if (!reply.next) return;
      const busy = item.dataset.item !== reply.item && !item.hasAttribute("data-locked");
      const next = element(reply.next);
      if (!busy) return this.replace(item, next);
      const others = [reply.next, ...reply.reserve].filter((html) => element(html).dataset.item !== item.dataset.item);
      this.reserve = others;
    }

    // The end

    /* The time is over: what is on the page is given, nothing more is taken, all of it is handed in. */
    timeUp() {
      this.ended = true;
      for (const item of this.root.querySelectorAll("[data-item]:not([data-locked])")) {
        if (this.adaptive && complete(item) && !this.queue.of(item.dataset.item)) this.put(item, true);
        this.close(item);
      }
      this.tellTimeUp(this.text.textTimeUp);
      this.flush();
    }

    tellTimeUp(text) {
      const note = this.root.querySelector("[data-time-up]");
      if (!note) return;
      note.textContent = text;
      if (note.hidden) {
        note.hidden = false;
        note.focus();
      }
    }

    async finish() {
      try {
        await this.handIn();
      } catch (error) {
        if (error instanceof RefusedError) return this.error(error.message);
        this.tellTimeUp(this.text.textTimeUpOffline);
        this.error(this.reason(error));
        this.retryLater();
      }
    }

    show(reply) {
      this.root.innerHTML = reply.html;
      this.root.querySelector("[data-heading]").focus();
      this.root.scrollIntoView({ block: "start" });
      this.shown();
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
