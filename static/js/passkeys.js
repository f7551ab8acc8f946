// Passkeys: a form marked data-passkey asks the authenticator and posts its answer.
(() => {
  "use strict";

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));

  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

  const withBytes = (credentials = []) => credentials.map((each) => ({ ...each, id: bytes(each.id) }));

  // An address of numbers names no relying party, and without TLS there is no credential (but on localhost).
  const isPossible = () => Boolean(window.PublicKeyCredential) && !/^[\d.]+$|:/.test(location.hostname);

  async function optionsOf(form) {
    const address = form.dataset.passkeyOptions;
    if (!address) return JSON.parse(form.querySelector("script[type='application/json']").textContent).publicKey;
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`${response.status}`);
    return (await response.json()).request_options.publicKey;
  }

  async function create(options) {
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: withBytes(options.excludeCredentials),
    };
    const credential = await navigator.credentials.create({ publicKey });
    const { clientDataJSON, attestationObject } = credential.response;
    return answer(credential, { clientDataJSON, attestationObject });
  }

  async function get(options) {
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: withBytes(options.allowCredentials),
    };
    const credential = await navigator.credentials.get({ publicKey });
    const { clientDataJSON, authenticatorData, signature, userHandle } = credential.response;
    return answer(credential, { clientDataJSON, authenticatorData, signature, userHandle });
  }

  function answer(credential, response) {
    const encoded = Object.entries(response).map(([name, value]) => [name, value ? text(value) : null]);
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: Object.fromEntries(encoded),
    };
  }

  async function ask(form) {
    const state = form.querySelector("[data-passkey-state]");
    state.textContent = "";
    try {
      const credential = await (form.dataset.passkey === "create" ? create : get)(await optionsOf(form));
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      // Refused, given up, timed out, or no passkey here: the browser has said which.
      state.textContent = form.dataset.failed;
    }
  }

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    if (!isPossible()) {
      form.querySelector("[data-passkey-state]").textContent = form.dataset.impossible;
      form.querySelector("button[type=submit]").disabled = true;
      return;
    }
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form);
    });
  });
})();
