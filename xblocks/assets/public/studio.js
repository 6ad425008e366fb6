/* The editor of any block: sends the form, lists what is wrong, and tells the host what happens.
   No dependency, no build step; every visible string comes from the server. */
(function () {
  "use strict";
  if (window.KapasitasStudio) return;

  function cookie(name) {
    const found = document.cookie.split("; ").find((one) => one.startsWith(name + "="));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  }

  class RefusedError extends Error {}

  async function post(url, data) {
    const headers = { "Content-Type": "application/json" };
    const token = cookie("csrftoken");
    // In a library's frame there is no cookie: the address itself carries the leave.
    if (token) headers["X-CSRFToken"] = token;
    const reply = await fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: headers,
      body: JSON.stringify(data),
    });
    const body = await reply.json().catch(() => null);
    if (body && typeof body.error === "string") throw new RefusedError(body.error);
    if (!reply.ok || !body || typeof body.saved !== "boolean") throw new Error(String(reply.status));
    return body;
  }

  class Editor {
    /* element stays as the host gave it: some hosts keep the handler's address on that very object. */
    constructor(runtime, element, root) {
      this.runtime = runtime;
      this.element = element;
      this.root = root;
      this.text = root.dataset;
      this.source = this.part("source");
      this.settings = Array.from(root.querySelectorAll("[data-setting]"));
      this.kept = this.typed();
      this.mark();
      root.addEventListener("click", (event) => this.clicked(event));
      for (const name of ["keyup", "click", "input", "focus"]) {
        this.source.addEventListener(name, () => this.caret());
      }
      this.caret();
      window.addEventListener("beforeunload", (event) => {
        if (root.isConnected && this.changed()) event.preventDefault();
      });
    }

    part(name) {
      return this.root.querySelector("[data-" + name + "]");
    }

    values() {
      const settings = {};
      for (const control of this.settings) settings[control.dataset.setting] = control.value;
      return { settings: settings, source: this.source.value };
    }

    typed() {
      return JSON.stringify(this.values());
    }

    changed() {
      return this.typed() !== this.kept;
    }

    clicked(event) {
      const button = event.target.closest("[data-action]");
      if (!button || !this.root.contains(button)) return;
      event.preventDefault();
      this[button.dataset.action](button);
    }

    /* The text node is changed, not replaced: a frame of Studio scrolls to its top at every other change. */
    caret() {
      const before = this.source.value.slice(0, this.source.selectionStart).split("\n").length;
      const all = this.source.value.split("\n").length;
      this.part("caret").firstChild.data = fill(this.text.textLine, { n: before, m: all });
    }

    async save() {
      if (this.saving) return;
      this.saving = true;
      this.tell(this.text.textSaving, "");
      this.part("discard").hidden = true;
      this.runtime.notify("save", { state: "start", message: this.text.textSaving });
      const typed = this.typed();
      try {
        const url = this.runtime.handlerUrl(this.element, this.text.handler);
        this.replied(await post(url, { ...JSON.parse(typed), digest: this.text.digest }), typed);
      } catch (error) {
        this.failed(error);
      } finally {
        this.saving = false;
      }
    }

    replied(reply, typed) {
      const summary = this.part("summary");
      summary.innerHTML = reply.html;
      summary.hidden = !reply.html;
      this.mark();
      if (!reply.saved) {
        this.tell("", "");
        summary.focus();
        summary.scrollIntoView({ block: "nearest" });
        this.notifyError(summary.querySelector("strong").textContent);
        return;
      }
      this.text.digest = reply.digest;
      this.kept = typed;
      this.tell(this.text.textSaved, "");
      // Nothing but plain data: a frame sends it on as a message, which cannot hold an element.
      this.runtime.notify("save", { state: "end" });
    }

    failed(error) {
      const reason = error instanceof TypeError ? this.text.textOffline : error.message;
      const text = error instanceof RefusedError ? error.message : fill(this.text.textFailed, { reason: reason });
      this.tell("", text);
      this.notifyError(text);
    }

    /* What tells a host of an error also ends the "saving" that it was told of. */
    notifyError(message) {
      this.runtime.notify("error", { title: this.text.textTitle, message: message });
    }

    tell(status, failure) {
      this.part("status").textContent = status;
      this.part("failure").textContent = failure;
    }

    /* Ties each problem of the list to its field. */
    mark() {
      const problems = Array.from(this.root.querySelectorAll("[data-problem]"));
      const control = (problem) => this.control(problem.dataset.for);
      for (const one of [...this.settings, this.source]) {
        const found = problems.filter((problem) => control(problem) === one);
        const line = one.closest(".ks-field").querySelector("[data-error]");
        line.hidden = !found.length;
        if (found.length) one.setAttribute("aria-invalid", "true");
        else one.removeAttribute("aria-invalid");
        if (one === this.source) continue;
        line.textContent = found.map((problem) => problem.querySelector("[data-text]").textContent).join(" ");
      }
    }

    control(name) {
      return this.settings.find((one) => one.dataset.setting === name) || this.source;
    }

    jump(button) {
      const problem = button.closest("[data-problem]");
      const control = this.control(problem.dataset.for);
      control.focus();
      if (control === this.source) this.toLine(Math.max(1, Number(problem.dataset.line)));
      control.scrollIntoView({ block: "nearest" });
    }

    toLine(number) {
      const lines = this.source.value.split("\n");
      const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
      this.source.setSelectionRange(start, start + (lines[number - 1] || "").length);
      this.source.scrollTop = (this.source.scrollHeight / lines.length) * Math.max(0, number - 4);
      this.source.scrollLeft = 0;
      this.caret();
    }

    /* Studio's own window closes at once. A library's asks by itself, and can be told by its missing listenTo. */
    cancel() {
      if (this.changed() && typeof this.runtime.listenTo === "function") {
        this.part("discard").hidden = false;
        this.part("discard").querySelector("p").focus();
        return;
      }
      this.runtime.notify("cancel", {});
    }

    discard() {
      this.kept = this.typed();
      this.runtime.notify("cancel", {});
    }

    stay() {
      this.part("discard").hidden = true;
      this.source.focus();
    }
  }

  /* Called by the host: a raw element in the workbench, jQuery's in Studio and in a library's frame. */
  window.KapasitasStudio = function (runtime, element) {
    const raw = element && element.jquery ? element[0] : element;
    const root = raw && (raw.matches(".kapasitas-studio") ? raw : raw.querySelector(".kapasitas-studio"));
    if (!root || root.dataset.begun) return;
    root.dataset.begun = "yes";
    new Editor(runtime, element, root);
  };
})();
