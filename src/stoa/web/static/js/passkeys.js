// Passkeys: makes one (settings), signs in with one (the page to sign in).  The browser is asked, and its
// answer goes off with the form as any other field does.
const text = (data) => btoa(String.fromCharCode(...new Uint8Array(data)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const bytes = (said) => Uint8Array.from(atob(said.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

const known = (options) => {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const one of options.excludeCredentials ?? []) one.id = bytes(one.id);
  return options;
};

const answerOf = ({ id, rawId, type, response }) => {
  const said = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (response[name]) said[name] = text(response[name]);
  return JSON.stringify({ id, rawId: text(rawId), type, response: said });
};

// Asks the browser by *ask* when the form is sent, and sends it with what that gives.
const before = (form, ask) => {
  const failed = form.querySelector("[data-failed]");
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    button.disabled = true;
    try {
      form.elements.answer.value = answerOf(await ask());
    } catch {
      failed.hidden = false;
      button.disabled = false;
      return;
    }
    button.disabled = false;
    const chosen = document.createElement("input");
    Object.assign(chosen, { type: "hidden", name: button.name || "do", value: button.value });
    form.append(chosen);
    form.submit();
  });
};

if (window.PublicKeyCredential) {
  const made = document.getElementById("new-passkey");
  if (made) {
    const options = made.dataset.options;
    before(made, () => navigator.credentials.create({ publicKey: known(JSON.parse(options)) }));
  }
  const door = document.getElementById("with-passkey");
  if (door) {
    door.hidden = false;
    before(door, async () => {
      const answer = await fetch("/sign-in/passkey", { redirect: "error", cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
      const { ticket, options } = await answer.json();
      door.elements.ticket.value = ticket;
      return navigator.credentials.get({ publicKey: known(options) });
    });
  }
}
