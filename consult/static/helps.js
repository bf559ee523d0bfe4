// The help beside a draft is renewed some seconds after the writing pauses. Without this script a link opens it as a page.
const form = document.getElementById("idea-form");
const place = document.querySelector("[data-helps]");

if (form && place) {
  let timer = 0;
  let asked = "";
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
    } catch { /* offline: the last help stays, the text is untouched */ }
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(ask, 4000); };
  form.addEventListener("input", later);
  later();
}
