// Keeps the login's secret in the platform's storage, or fetches it from there, where cookies are blocked.
//
// 1EdTech "LTI postMessage Storage" 0.1 and "LTI Client Side postMessages" 0.1. The secret goes to, and is
// taken from, the origin of the platform's authentication address only.
"use strict";
(() => {
  // Long enough for an old telephone; only a platform that never answers makes anybody wait for it.
  const CAPABILITIES_MS = 1000;
  const ANSWER_MS = 8000;
  const element = document.getElementById("storage");
  const { mode, frame, origin, key, value } = element.dataset;
  const outer = window.opener || window.parent;

  // "_parent" is the window that holds us; any other name is that of a frame beside us.
  const frameNamed = (name) => {
    if (name === "_parent") return outer;
    try {
      return outer.frames[name] || null;
    } catch (error) {
      return null;
    }
  };

  const newId = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  // Resolves with the answer of the same id, and rejects after the time. An answer is believed from the
  // window that was asked, and from the origin that was asked where that is known ("*" is not).
  const ask = (target, targetOrigin, message, wait) =>
    new Promise((resolve, reject) => {
      if (!target || target === window) {
        reject(new Error("no frame"));
        return;
      }
      const id = newId();
      const timer = setTimeout(() => finish(() => reject(new Error("no answer"))), wait);
      const listen = (event) => {
        const data = event.data;
        if (!data || typeof data !== "object" || data.message_id !== id) return;
        if (event.source !== target || (targetOrigin !== "*" && event.origin !== targetOrigin)) return;
        if (data.subject !== `${message.subject}.response`) return;
        finish(() => (data.error ? reject(new Error("refused")) : resolve(data)));
      };
      const finish = (settle) => {
        clearTimeout(timer);
        window.removeEventListener("message", listen);
        settle();
      };
      window.addEventListener("message", listen);
      target.postMessage({ ...message, message_id: id }, targetOrigin);
    });

  // A platform may name the frame anew. What it says here is a hint: the secret goes by origin.
  const storageFrame = async (subject) => {
    try {
      const reply = await ask(outer, "*", { subject: "lti.capabilities" }, CAPABILITIES_MS);
      const said = (reply.supported_messages || []).find((one) => one && one.subject === subject);
      if (said && typeof said.frame === "string" && said.frame) return frameNamed(said.frame);
    } catch (error) {
      // Older platforms do not know the question.
    }
    return frameNamed(frame);
  };

  const put = async () => {
    try {
      await ask(await storageFrame("lti.put_data"), origin, { subject: "lti.put_data", key, value }, ANSWER_MS);
    } catch (error) {
      // The cookie may still come back.
    }
    window.location.replace(element.href);
  };

  const get = async () => {
    try {
      const message = { subject: "lti.get_data", key };
      const reply = await ask(await storageFrame("lti.get_data"), origin, message, ANSWER_MS);
      if (typeof reply.value !== "string" || !reply.value) throw new Error("nothing kept");
      element.elements.browser.value = reply.value;
      element.submit();
    } catch (error) {
      document.getElementById("storage-waiting").hidden = true;
      document.getElementById("storage-failed").hidden = false;
    }
  };

  if (mode === "put") put();
  else get();
})();
