// Passkeys: asks the server for a challenge, the device for an answer, and hands it back. The buttons stay hidden where the
// browser knows no passkeys; every page that has one offers another way too.

const fromBase64 = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toBase64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function post(box, url, data) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": box.dataset.csrf, Accept: "application/json" },
    body: JSON.stringify({ ...data, for: box.dataset.passkey }),
    credentials: "same-origin",
  });
  const body = await answer.json().catch(() => ({}));
  if (answer.status === 403 && body.next) { location.assign(body.next); return null; }
  if (!answer.ok) throw new Error(body.error || "");
  return body;
}

function described(options) {
  const keys = (list) => (list || []).map((one) => ({ ...one, id: fromBase64(one.id) }));
  const publicKey = { ...options, challenge: fromBase64(options.challenge) };
  if (options.user) publicKey.user = { ...options.user, id: fromBase64(options.user.id) };
  if (options.excludeCredentials) publicKey.excludeCredentials = keys(options.excludeCredentials);
  if (options.allowCredentials) publicKey.allowCredentials = keys(options.allowCredentials);
  return { publicKey };
}

function answered(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toBase64(credential.response[name]);
  }
  return { id: credential.id, rawId: toBase64(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
}

async function run(box, error) {
  error.hidden = true;
  try {
    const asked = await post(box, box.dataset.optionsUrl, {});
    if (!asked) return;
    const wanted = described(JSON.parse(asked.options));
    const credential = box.dataset.passkey === "new" ? await navigator.credentials.create(wanted) : await navigator.credentials.get(wanted);
    const done = await post(box, box.dataset.url, { challenge: asked.challenge, credential: answered(credential), next: box.dataset.next });
    if (done) location.assign(done.next);
  } catch (problem) {
    // What the server says is a sentence for the reader; what the device says is not.
    error.textContent = (!(problem instanceof DOMException) && problem.message) || box.dataset.failed;
    error.hidden = false;
  }
}

if (window.PublicKeyCredential) {
  for (const box of document.querySelectorAll("[data-passkey]")) {
    const error = box.querySelector("[role=alert]");
    box.hidden = false;
    box.querySelector("button").addEventListener("click", () => run(box, error));
  }
}
