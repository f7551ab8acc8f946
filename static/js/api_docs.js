// The API documentation: Swagger UI over the OpenAPI file of the desk. Keys typed here stay in this page.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const container = document.getElementById("api");
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
