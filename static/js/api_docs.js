// The API documentation: Swagger UI over the OpenAPI file of the desk. Keys typed here stay in this page.
"use strict";

// Its own layout brings a second main landmark.
const deskLayout = ({ React: { createElement } }) => ({
  components: {
    DeskLayout: ({ getComponent, specSelectors }) => {
      if (specSelectors.loadingStatus() !== "success") return createElement("div", { className: "swagger-ui" });
      const part = (name, className) =>
        createElement("div", { className }, createElement(getComponent(name, true)));
      return createElement(
        "div",
        { className: "swagger-ui" },
        createElement(getComponent("SvgAssets")),
        part("errors", "wrapper"),
        part("InfoContainer", "wrapper"),
        part("AuthorizeBtnContainer", "schemes wrapper"),
        part("operations", "wrapper"),
      );
    },
  },
});

// Below the one heading of the page its headings begin with the third level.
function raiseHeadings(container) {
  container.querySelectorAll("h3, h4, h5").forEach((heading) => {
    heading.setAttribute("aria-level", String(Number(heading.tagName[1]) - 1));
  });
}

document.addEventListener("DOMContentLoaded", () => {
  const container = document.getElementById("api");
  new MutationObserver(() => raiseHeadings(container)).observe(container, { childList: true, subtree: true });
  SwaggerUIBundle({
    url: container.dataset.openapi,
    domNode: container,
    layout: "DeskLayout",
    plugins: [deskLayout],
    presets: [SwaggerUIBundle.presets.apis],
    validatorUrl: null,
    persistAuthorization: false,
    defaultModelsExpandDepth: 0,
    docExpansion: "list",
  });
});
