// Nothing here is needed for a page to work; it saves a few moments.
(() => {
  "use strict";

  // After a redirect, start at what happened.
  const message = document.querySelector(".message");
  if (message) message.focus({ preventScroll: true });

  // A menu closes on Escape and when the reader moves on.
  const menu = document.querySelector("details.menu");
  if (menu) {
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  }

  // A hidden tab need not ask for news.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden) event.preventDefault();
  });

  // Signed out meanwhile: the answer is the sign-in page, which belongs in the whole window.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { responseURL } = event.detail.xhr;
    if (!responseURL || new URL(responseURL).pathname === location.pathname) return;
    event.detail.shouldSwap = false;
    location.reload();
  });

  // An old page says so.
  const offline = document.getElementById("offline");
  const tell = (isOffline) => () => { if (offline) offline.hidden = !isOffline; };
  document.addEventListener("htmx:sendError", tell(true));
  document.addEventListener("htmx:responseError", tell(true));
  document.addEventListener("htmx:afterSwap", tell(false));

  // A count that did not change is not announced again.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    const words = (node) => node.textContent.replace(/\s+/g, " ").trim();
    if (target.matches("[role=status]") && words(target) === words(fragment)) {
      event.detail.shouldSwap = false;
    }
  });
})();
