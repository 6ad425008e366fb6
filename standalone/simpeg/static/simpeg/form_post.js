// Sends the browser on; without JavaScript the button does it.
"use strict";
document.getElementById("launch").submit();
