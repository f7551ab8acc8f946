// The count of unread notifications: asked for anew every minute, while the page is seen and only then.
(() => {
  "use strict";

  const EVERY = 60_000;
  let lookedAt = Date.now();

  function look() {
    if (document.visibilityState !== "visible" || Date.now() - lookedAt < EVERY) return;
    lookedAt = Date.now();
    document.getElementById("notifications")?.dispatchEvent(new Event("desk:look"));
  }

  setInterval(look, EVERY / 12);
  document.addEventListener("visibilitychange", look);
})();
