// Tells the platform's page that it may close this window (LTI Dynamic Registration 1.0, 3.7). Says nothing
// else, so that whoever listens may hear it.
"use strict";
(window.opener || window.parent).postMessage({ subject: "org.imsglobal.lti.close" }, "*");
