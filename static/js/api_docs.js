// The API documentation: Swagger UI over the OpenAPI file of the desk. Keys typed here stay in this page.
"use strict";

// The page has a main landmark and a first heading already; Swagger UI brings its own, and no second level.
function fitIntoPage(container) {
  container.querySelectorAll("main").forEach((main) => main.setAttribute("role", "presentation"));
  container.querySelectorAll("h3.opblock-tag").forEach((heading) => heading.setAttribute("aria-level", "2"));
}

document.addEventListener("DOMContentLoaded", () => {
  const container = document.getElementById("api");
  new MutationObserver(() => fitIntoPage(container)).observe(container, { childList: true, subtree: true });
  SwaggerUIBundle({
    url: container.dataset.openapi,
    domNode: container,
    layout: "BaseLayout",
    presets: [SwaggerUIBundle.presets.apis],
    validatorUrl: null,
    persistAuthorization: false,
    defaultModelsExpandDepth: 0,
    docExpansion: "list",
  });
});
