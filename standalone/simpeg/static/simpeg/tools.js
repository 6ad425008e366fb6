// Closes the window in which a tool registered itself, once it says so, and shows the tool in the list.
"use strict";
window.addEventListener("message", (event) => {
  if (!event.source || !event.data || event.data.subject !== "org.imsglobal.lti.close") return;
  event.source.close();
  window.location.replace(window.location.pathname);
});
