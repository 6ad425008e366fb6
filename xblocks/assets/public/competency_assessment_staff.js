/* Course staff look up what a learner answered. The server checks who asks; nothing here is for learners. */
(function () {
  "use strict";
  if (window.KapasitasStaffAnswers) return;
  window.KapasitasStaffAnswers = true;

  function token() {
    const found = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
    return found ? decodeURIComponent(found.slice("csrftoken=".length)) : "";
  }

  async function look(panel) {
    const status = panel.querySelector("[role=status]");
    const answers = panel.querySelector("[data-answers]");
    answers.hidden = true;
    status.textContent = panel.dataset.textSearching;
    try {
      const reply = await fetch(panel.dataset.kaStaff, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
        body: JSON.stringify({ learner: panel.querySelector("input").value }),
      });
      const body = await reply.json();
      status.textContent = body.error || "";
      if (!body.html) return;
      answers.innerHTML = body.html;
      answers.hidden = false;
      answers.focus();
    } catch {
      status.textContent = panel.dataset.textFailed;
    }
  }

  // On the document, so that it does not matter whether the page or this file comes first.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-ka-staff] button");
    if (button) look(button.closest("[data-ka-staff]"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-ka-staff] input")) {
      event.preventDefault();
      look(event.target.closest("[data-ka-staff]"));
    }
  });
})();
