/* Enhancements only: every page works without this file. One small function each, found by data- attributes; words come
   from the page, so that they are translated with it.

   details[data-menu]                     main menu: Escape and a click beside it close it
   details[data-open-wide]                open on wide screens where CSS cannot do it (older browsers)
   [data-focus]                           takes the focus when the page opens (summary of errors)
   [data-counter=ID][data-text]           counts the field ID; text with {n} and {max}; limit in the field's data-max
   textarea[data-preview-url]             live preview: POSTs `text` and the form's token, shows the cleaned HTML it gets in
                                          #data-preview-target
   form[data-autosave-url]                saves 800 ms after the last key; POSTs the whole form. Answer: JSON, {"url": …}
                                          moves the form to the draft's address, {"token": …} is not needed; then
                                          [data-unsaved] is hidden and [data-once-saved] shown
     [data-save][data-busy][data-saved][data-failed][data-ended][data-confined]   its status line; saved may contain {time},
                                          ended tells that the session is over, which trying again does not mend; confined
                                          tells what is kept in this window only
     [data-kept] [data-kept-time][data-text] [data-kept-take] [data-kept-drop]   notice, hidden at first: what could not be
                                          saved is kept in this browser for seven days and offered when the form is opened
   fieldset[data-picker=NAME]             list of checkboxes with a search box ([data-picker-find], hidden without scripts)
     data-picker-url                      asks this address with ?q= for {"data": [{"value", "label", "note"}]}; without it the
                                          list itself is filtered.  [data-picker-list] holds the options
     [data-picker-status][data-text]      text with {n} and {chosen}
   table[data-queue]                      rows by J and K, Enter opens
   form[data-keys]                        a letter chooses the radio with data-key, Ctrl+Enter sends
   [data-keys-help]                       opened by ?
   [data-when="outcome:merge,split"]      shown only while the form's field has one of these values
   [data-act]                             text of the chosen option: the button names the act
   [data-print]                           hidden at first: its button prints the page
   [data-tray] [data-compare] [data-count]   comparison: counts what is ticked, data-max is the limit
*/

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const fill = (text, values) => (text || "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
const locale = document.documentElement.lang.replace(/^en$/, "en-GB"); // days and times as the pages write them
const number = (n) => n.toLocaleString(locale);
const later = (work, wait) => { let timer = 0; return (...given) => { clearTimeout(timer); timer = setTimeout(work, wait, ...given); }; };
const tokenOf = (form) => form?.querySelector("input[name=csrf_token]")?.value ?? "";
// Single keys work only outside fields and without modifiers (WCAG 2.1.4).
const typing = (e) => e.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]") || e.ctrlKey || e.metaKey || e.altKey;

function menu(details) {
  const close = () => { details.open = false; };
  details.addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || !details.open) return;
    close();
    details.querySelector("summary").focus();
  });
  document.addEventListener("click", (e) => { if (details.open && !details.contains(e.target)) close(); });
}

function openWide(details) {
  if (!CSS.supports("selector(::details-content)") && matchMedia("(min-width: 62rem)").matches) details.open = true;
}

function counter(line) {
  const field = document.getElementById(line.dataset.counter);
  if (!field) return;
  const max = Number(field.dataset.max);
  const show = () => {
    const n = [...field.value].length;
    line.textContent = fill(line.dataset.text, { n: number(n), max: number(max) });
    line.classList.toggle("is-over", n > max);
  };
  field.addEventListener("input", show);
  show();
}

function preview(field) {
  const target = document.getElementById(field.dataset.previewTarget);
  if (!target) return;
  let asked = 0;
  const show = later(async () => {
    const mine = ++asked;
    if (!field.value.trim()) { target.hidden = true; return; }
    const body = new URLSearchParams({ text: field.value, csrf_token: tokenOf(field.form) });
    try {
      const answer = await fetch(field.dataset.previewUrl, { method: "POST", body, headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (!answer.ok || mine !== asked) return;
      // The server has cleaned it; parsing it apart keeps it from acting before it is in the page.
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      target.replaceChildren(...page.body.childNodes);
      target.hidden = false;
    } catch { /* offline: the last preview stays, the text is untouched */ }
  }, 500);
  field.addEventListener("input", show);
  if (field.value) show();
}

// What could not be saved is kept in this browser, by the address of its form, until it is saved, dropped or seven days old;
// what is not for everyone only in this window: others may use the device.
const KEPT = "consult.kept:";
const stored = (storage, key) => { try { return JSON.parse(storage().getItem(KEPT + key)); } catch { return null; } };
const store = (storage, key, copy) => { try { storage().setItem(KEPT + key, JSON.stringify(copy)); } catch { /* no room, or not allowed */ } };
const kept = {
  read(key) {
    const copy = stored(() => localStorage, key);
    const own = stored(() => sessionStorage, key);
    return copy || own ? { ...own, ...copy, fields: [...(copy?.fields ?? []), ...(own?.fields ?? [])] } : null;
  },
  write(key, copy, confined) {
    store(() => localStorage, key, copy);
    store(() => sessionStorage, key, { ...copy, fields: confined });
  },
  drop(key) {
    for (const storage of [() => localStorage, () => sessionStorage]) try { storage().removeItem(KEPT + key); } catch { /* not allowed: then nothing is there */ }
  },
  sweep() {
    try {
      const from = document.referrer ? new URL(document.referrer).pathname : "";
      for (const name of Object.keys(localStorage).filter((n) => n.startsWith(KEPT))) {
        const key = name.slice(KEPT.length);
        const copy = kept.read(key);
        const arrived = copy?.sent && key === from && !document.querySelector("[data-again]");
        if (!copy || arrived || Date.now() - copy.at > 7 * 864e5) kept.drop(key);
      }
    } catch { /* not allowed: then nothing is there */ }
  },
};

// what is not for everyone does not stay on a device that others may use
function isConfined(e) {
  const audience = e.form.elements[e.name.replace("answer-", "audience-")];
  return /^(secret-|email$)/.test(e.name) || (e.name.startsWith("answer-") && audience && ["agency", "ministry"].includes(audience.value));
}

function written(form, confined = false) {
  const fields = [...form.elements].filter((e) => e.name && isConfined(e) === confined && !["hidden", "submit", "button", "file", "password"].includes(e.type) && !e.name.startsWith("find_") && e.name !== "link_email");
  return fields.map((e) => [e.name, e.value, e.type === "checkbox" || e.type === "radio" ? e.checked : null]);
}

function autosave(form) {
  const status = form.querySelector("[data-save]");
  const key = () => new URL(form.action, location.href).pathname;
  const hold = (sent = false) => kept.write(key(), { at: Date.now(), sent, questions: form.elements.questions?.value, fields: written(form) }, written(form, true));
  let dirty = false;
  let busy = false;
  let sending = false;
  let wait = 5000;
  let timer = 0;
  const say = (text, state) => {
    if (!status) return;
    status.classList.toggle("is-busy", state === "busy");
    status.classList.toggle("is-failed", state === "failed");
    if (status.textContent !== text) status.textContent = text;
  };
  const toldKept = (text) => [text, written(form, true).some((one) => one[1]) && status?.dataset.confined].filter(Boolean).join(" ");
  const failed = (reason) => {
    dirty = true;
    hold();
    say(reason || toldKept(status?.dataset.failed), "failed");
    clearTimeout(timer);
    if (reason) return; // it will not get better by itself: another window was faster, or an entry cannot be taken
    timer = setTimeout(save, wait);
    wait = Math.min(wait * 2, 60000);
  };
  async function save() {
    if (busy || sending || !dirty) return;
    busy = true;
    dirty = false;
    say(status?.dataset.busy, "busy");
    try {
      const body = new FormData(form);
      all("input[type=file]", form).forEach((e) => body.delete(e.name)); // a file goes with its button, once
      const answer = await fetch(form.dataset.autosaveUrl, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
      const data = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : {};
      if (data.url) moveTo(data.url, data.autosave_url);
      for (const name of ["edit_count", "prints"]) if (name in data && form.elements[name]) form.elements[name].value = data[name]; // what this page knows of the draft
      if (answer.status === 409 || answer.status === 422) { failed(data.error || Object.values(data.errors || {}).join(" ")); return; }
      if ([400, 401, 403].includes(answer.status)) { failed(toldKept(status?.dataset.ended)); return; }
      if (!answer.ok) throw new Error(answer.status);
      kept.drop(key());
      wait = 5000;
      const time = new Date().toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
      say([fill(status?.dataset.saved, { time }), data.note].filter(Boolean).join(". "), "saved"); // what is too long is stored, and said
    } catch { failed(); } finally { busy = false; }
    if (dirty && !status?.classList.contains("is-failed")) soon();
  }
  function moveTo(url, saveUrl) {
    if (key() !== new URL(url, location.href).pathname) kept.drop(key());
    history.replaceState(null, "", url);
    all("[data-unsaved]").forEach((e) => { e.hidden = true; });
    all("[data-once-saved]").forEach((e) => { e.hidden = false; });
    form.action = url;
    if (saveUrl) form.dataset.autosaveUrl = saveUrl;
  }
  const soon = later(() => save(), 800);
  form.addEventListener("input", () => { dirty = true; soon(); });
  form.addEventListener("change", () => { dirty = true; soon(); });
  form.addEventListener("submit", () => {
    if (dirty || busy || kept.read(key())) hold(true); // until the next page says that it arrived
    sending = true;
    clearTimeout(timer);
  });
  window.addEventListener("online", () => { if (status?.classList.contains("is-failed")) save(); });
  window.addEventListener("pageshow", (e) => { if (e.persisted) sending = false; });
  offer(form, key());
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
  window.addEventListener("beforeunload", (e) => { if (dirty && !sending) e.preventDefault(); });
}

// Fields are named by the position of their question; somebody may have moved it since the copy was made.
function placed(name, then, now) {
  const [, kind, position] = name.match(/^(\w+-)(\d+)$/) || [];
  if (!position || !then || !now || then === now) return name;
  const id = then.split(" ").map((pair) => pair.split(":")).find((pair) => pair[0] === position)?.[1];
  const place = now.split(" ").map((pair) => pair.split(":")).find((pair) => pair[1] === id)?.[0];
  return place ? kind + place : name;
}

function offer(form, key) {
  const notice = form.querySelector("[data-kept]");
  const copy = notice && kept.read(key);
  if (!copy) return;
  const here = [...written(form), ...written(form, true)].map((one) => JSON.stringify(one));
  if (copy.fields.every((one) => here.includes(JSON.stringify(one)))) { kept.drop(key); return; }
  const line = notice.querySelector("[data-kept-time]");
  const time = new Date(copy.at).toLocaleString(locale, { dateStyle: "long", timeStyle: "short" });
  line.textContent = fill(line.dataset.text, { time });
  notice.hidden = false;
  notice.querySelector("[data-kept-take]").addEventListener("click", () => {
    for (const [was, value, checked] of copy.fields) {
      const name = placed(was, copy.questions, form.elements.questions?.value);
      const found = [...form.elements].filter((e) => e.name === name && (checked === null || e.value === value));
      found.forEach((e) => { if (checked === null) e.value = value; else e.checked = checked; });
    }
    notice.hidden = true;
    form.dispatchEvent(new Event("input", { bubbles: true }));
    form.querySelector("input:not([type=hidden]), textarea").focus();
  });
  notice.querySelector("[data-kept-drop]").addEventListener("click", () => {
    kept.drop(key);
    notice.hidden = true;
    form.querySelector("input:not([type=hidden]), textarea").focus();
  });
}

function picker(box) {
  const find = box.querySelector("[data-picker-find]");
  const list = box.querySelector("[data-picker-list]");
  const status = box.querySelector("[data-picker-status]");
  if (!find || !list) return;
  const input = find.querySelector("input");
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
  const rows = () => [...list.children];
  const tell = () => {
    const values = { n: number(rows().filter((r) => !r.hidden).length), chosen: number(all("input:checked", list).length) };
    if (status) status.textContent = fill(status.dataset.text, values);
  };
  const filter = (word) => {
    const parts = plain(word).split(/\s+/).filter(Boolean);
    for (const row of rows()) {
      const text = plain(row.textContent);
      row.hidden = !row.querySelector("input:checked") && !parts.every((p) => text.includes(p));
    }
  };
  const add = (item) => {
    if (all("input", list).some((i) => i.value === String(item.value))) return;
    const row = document.createElement("div");
    const tick = Object.assign(document.createElement("input"), { type: "checkbox", className: "kern-form-check__checkbox", name: box.dataset.picker, value: item.value, id: `${input.id}-${item.value}` });
    const label = Object.assign(document.createElement("label"), { className: "kern-label", htmlFor: tick.id, textContent: item.note ? `${item.label} (${item.note})` : item.label });
    row.className = "kern-form-check";
    row.append(tick, label);
    list.append(row);
  };
  const search = later(async () => {
    const word = input.value.trim();
    if (box.dataset.pickerUrl && word.length > 1) {
      try {
        const url = new URL(box.dataset.pickerUrl, location.href);
        url.searchParams.set("q", word);
        const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
        if (answer.ok) (await answer.json()).data.forEach(add);
      } catch { /* offline: what is in the list can still be filtered */ }
    }
    filter(word);
    tell();
  }, 200);
  find.hidden = false;
  input.addEventListener("input", search);
  input.addEventListener("keydown", (e) => { if (e.key === "Enter") e.preventDefault(); });
  list.addEventListener("change", tell);
  tell();
}

function queue(table) {
  const rows = [...table.tBodies[0].rows];
  if (!rows.length) return;
  let at = rows.findIndex((r) => r.classList.contains("is-at")); // -1: the first J leads to the first row
  const go = (step) => {
    rows[at]?.classList.remove("is-at");
    rows[at]?.removeAttribute("aria-current");
    const focused = rows.indexOf(document.activeElement.closest("tr")); // Tab may have led to another row
    at = Math.min(rows.length - 1, Math.max(0, (focused < 0 ? at : focused) + step));
    rows[at].classList.add("is-at");
    rows[at].setAttribute("aria-current", "true");
    rows[at].querySelector("a")?.focus();
  };
  document.addEventListener("keydown", (e) => {
    if (typing(e)) return;
    if (e.key === "j") go(1);
    if (e.key === "k") go(-1);
  });
}

function keys(form) {
  document.addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && e.key === "Enter") { form.requestSubmit(); return; }
    if (typing(e)) return;
    const option = form.querySelector(`[data-key="${CSS.escape(e.key.toLowerCase())}"]`);
    if (!option) return;
    option.checked = true;
    option.focus();
    option.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

function keysHelp(help) {
  document.addEventListener("keydown", (e) => {
    if (e.key !== "?" || typing(e)) return;
    if (help.tagName === "DETAILS") help.open = !help.open; else help.hidden = !help.hidden;
    help.scrollIntoView({ block: "nearest" });
  });
}

function when(part) {
  const [name, values] = part.dataset.when.split(":");
  const wanted = values.split(",");
  const form = part.closest("form");
  const show = () => { part.hidden = !wanted.includes(new FormData(form).get(name)); };
  form.addEventListener("change", show);
  show();
}

function act(label) {
  const form = label.closest("form");
  const show = () => {
    const option = form.querySelector(`input[name="${CSS.escape(label.dataset.act)}"]:checked`);
    const text = option?.dataset.act ?? option?.closest("label")?.querySelector("span")?.textContent;
    if (text) label.textContent = text;
  };
  form.addEventListener("change", show);
  show();
}

function print(line) {
  line.hidden = false;
  line.querySelector("button").addEventListener("click", () => window.print());
}

function tray(box) {
  const ticks = all("[data-compare]");
  const max = Number(box.dataset.max || 6);
  const count = box.querySelector("[data-count]");
  const update = () => {
    const chosen = ticks.filter((t) => t.checked).length;
    if (count) count.textContent = number(chosen);
    for (const tick of ticks) tick.disabled = !tick.checked && chosen >= max;
  };
  ticks.forEach((t) => t.addEventListener("change", update));
  update();
}

const parts = {
  "details[data-menu]": menu, "details[data-open-wide]": openWide, "[data-counter]": counter, "[data-preview-url]": preview,
  "form[data-autosave-url]": autosave, "[data-picker]": picker, "table[data-queue]": queue, "form[data-keys]": keys,
  "[data-keys-help]": keysHelp, "[data-when]": when, "[data-act]:not(input)": act, "[data-tray]": tray,
  "[data-print]": print,
};
kept.sweep();
for (const [selector, enhance] of Object.entries(parts)) all(selector).forEach(enhance);
document.querySelector("[data-focus]")?.focus();
