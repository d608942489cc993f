// Passkeys: the browser's authenticator answers what the page's form asks (WebAuthn §5).
"use strict";

const WORDS = {
  NotAllowedError: "It was cancelled, or took too long. Try again.",
  InvalidStateError: "This passkey is set up already.",
  SecurityError: "Passkeys do not work at this address.",
};

async function answered(form) {
  const options = JSON.parse(form.dataset.options);
  if (form.dataset.passkey === "create") {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return navigator.credentials.create({ publicKey });
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return navigator.credentials.get({ publicKey });
}

function asked(form) {
  const said = form.querySelector("[data-said]");
  const answer = form.querySelector("[name=answer]");
  form.addEventListener("submit", async (event) => {
    if (answer.value) return;
    event.preventDefault();
    if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
      said.textContent = "This browser has no passkeys. Choose another way.";
      return;
    }
    try {
      const credential = await answered(form);
      answer.value = JSON.stringify(credential.toJSON());
      form.requestSubmit();
    } catch (error) {
      said.textContent = WORDS[error.name] ?? "That did not work. Try again, or choose another way.";
    }
  });
}

for (const form of document.querySelectorAll("[data-passkey]")) asked(form);
