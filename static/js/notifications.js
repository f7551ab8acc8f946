// The count of unread notifications: asked for anew every minute, while the page is seen and only then.
// It says whether somebody has typed since: who writes for long must not be signed out before they send it.
(() => {
  "use strict";

  const EVERY = 60_000;
  let lookedAt = Date.now();
  let hasTyped = false;

  function look() {
    if (document.visibilityState !== "visible" || Date.now() - lookedAt < EVERY) return;
    lookedAt = Date.now();
    document.getElementById("notifications")?.dispatchEvent(new Event("desk:look"));
  }

  document.addEventListener("input", () => {
    hasTyped = true;
  });
  document.addEventListener("htmx:configRequest", ({ target, detail }) => {
    if (target.id !== "notifications" || !hasTyped) return;
    detail.headers["X-Typed"] = "true";
    hasTyped = false;
  });
  setInterval(look, EVERY / 12);
  document.addEventListener("visibilitychange", look);
})();
