// The help beside a draft is renewed some seconds after the writing pauses. Without this script a link opens it as a page.
// Where it stands below the form, a line under the answer that is being written leads there, and another one back.
const form = document.getElementById("idea-form");
const place = document.querySelector("[data-helps]");

if (form && place) {
  let timer = 0;
  let asked = "";
  let written = null; // the answer that is being written
  const aside = place.closest("[data-helps-aside]");
  const back = aside.querySelector("[data-helps-back]");
  const line = document.createElement("p");
  const link = document.createElement("a");
  line.className = "small";
  line.dataset.helpsLine = "";
  line.append(link);
  link.href = `#${aside.id}`;
  const show = () => {
    const near = place.querySelectorAll("[aria-labelledby=helps-similar] li").length;
    const words = near === 1 ? place.dataset.one : near ? place.dataset.many.replace("{n}", near) : place.querySelector("[aria-labelledby=helps-partners]") ? place.dataset.fit : "";
    if (!words || !written) { line.remove(); back.hidden = true; return; }
    link.textContent = words;
    if (line.previousElementSibling !== written.parentElement) written.parentElement.after(line);
    back.querySelector("a").href = `#${written.id}`;
    back.hidden = false;
  };
  // What is higher than the window scrolls by itself, so the keyboard has to reach it.
  const reach = () => { aside.tabIndex = aside.scrollHeight > aside.clientHeight + 1 ? 0 : -1; };
  const ask = async () => {
    const base = new URL(form.action, location.href).pathname;
    if (!base.includes("/drafts/")) return; // nothing is stored yet
    const text = [...form.querySelectorAll("textarea, input[name=title]")].map((one) => one.value).join("\n");
    if (text === asked) return;
    try {
      const answer = await fetch(`${base}/helps?part=1`, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (!answer.ok) return;
      asked = text;
      // The server made it; parsing it apart keeps it from acting before it is in the page.
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      place.replaceChildren(...page.body.childNodes);
      show();
      reach();
    } catch { /* offline: the last help stays, the text is untouched */ }
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(ask, 4000); };
  form.addEventListener("input", (e) => { if (e.target.name?.startsWith("answer-")) written = e.target; later(); });
  window.addEventListener("resize", reach);
  reach();
  later();
}
