// Before the first paint: whether this person has closed the sidebar of the administration.
"use strict";

document.documentElement.classList.toggle(
  "sidebar-closed",
  localStorage.getItem("django.admin.navSidebarIsOpen") === "false",
);
