// Completion of @names while a note is written, from the names that the page lists. Without it names are typed.
(() => {
  "use strict";

  const FIELD = "textarea[data-mentions]";
  const MOST = 6;
  let list = null;

  // The @ and the letters after it, before the caret; nothing where a letter stands before the @.
  function begun(field) {
    const before = field.value.slice(0, field.selectionStart);
    return before.match(/(?:^|[^\w@.+-])@([\w.+-]*)$/)?.[1];
  }

  function people(text) {
    const options = document.querySelectorAll("#people-to-mention option");
    const wanted = text.toLowerCase();
    const fits = (option) =>
      option.value.toLowerCase().startsWith(wanted) || option.textContent.toLowerCase().includes(wanted);
    return Array.from(options).filter(fits).slice(0, MOST);
  }

  function close(field) {
    list?.remove();
    list = null;
    field?.removeAttribute("aria-activedescendant");
  }

  function choose(field, name) {
    const caret = field.selectionStart;
    const start = caret - begun(field).length;
    field.setRangeText(`${name} `, start, caret, "end");
    close(field);
    field.focus();
  }

  function select(field, index) {
    const items = Array.from(list.children);
    const chosen = items[(index + items.length) % items.length];
    items.forEach((item) => item.setAttribute("aria-selected", String(item === chosen)));
    field.setAttribute("aria-activedescendant", chosen.id);
  }

  function open(field) {
    close(field);
    const text = begun(field);
    const found = text === undefined ? [] : people(text);
    if (!found.length) return;
    list = document.createElement("ul");
    list.className = "mentions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", field.labels[0].textContent.trim());
    found.forEach((option, position) => {
      const item = document.createElement("li");
      item.id = `mention-${position}`;
      item.setAttribute("role", "option");
      item.textContent = `@${option.value} ${option.textContent}`;
      item.dataset.name = option.value;
      item.addEventListener("mousedown", (event) => {
        event.preventDefault();
        choose(field, option.value);
      });
      list.append(item);
    });
    field.after(list);
    field.setAttribute("aria-autocomplete", "list");
    select(field, 0);
  }

  document.addEventListener("input", ({ target }) => {
    if (target.matches(FIELD)) open(target);
  });

  document.addEventListener("focusout", ({ target }) => {
    if (target.matches(FIELD)) close(target);
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!list || !field.matches(FIELD)) return;
    const selected = Array.from(list.children).findIndex((item) => item.ariaSelected === "true");
    if (event.key === "ArrowDown") select(field, selected + 1);
    else if (event.key === "ArrowUp") select(field, selected - 1);
    else if (event.key === "Enter" || event.key === "Tab") choose(field, list.children[selected].dataset.name);
    else if (event.key === "Escape") close(field);
    else return;
    event.preventDefault();
  });
})();
