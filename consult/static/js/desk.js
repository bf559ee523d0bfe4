/* The moderator's desk, by keyboard. Every act is a link or a button of the page; the keys only press them.

   [data-shortcut="n"]          pressed by this key outside of fields (hints stand beside it as <kbd>)
   [data-take]                  button: takes what is selected in [data-marking] into the first empty field of [data-passages]
   [data-taken]                 status line of it; data-done with {text}, data-none
   [data-all]                   checkbox that ticks all of its form, with the number of ticked ones in [data-ticked]
*/

const typing = (e) => e.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]") || e.ctrlKey || e.metaKey || e.altKey;

document.addEventListener("keydown", (e) => {
  if (typing(e) || e.repeat) return;
  const target = document.querySelector(`[data-shortcut="${CSS.escape(e.key.toLowerCase())}"]`);
  if (!target) return;
  e.preventDefault();
  if (target.matches("a, button, summary")) target.click(); else target.focus();
});

const take = document.querySelector("[data-take]");
if (take) {
  const text = document.querySelector("[data-marking]");
  const status = document.querySelector("[data-taken]");
  let last = "";
  // Pressing a button may take the selection away, so the last one inside of the text is remembered; a key may come before
  // the browser has told of a new one, so it is looked at once more.
  const remember = () => {
    const chosen = getSelection();
    if (chosen.isCollapsed || !text?.contains(chosen.anchorNode) || !text.contains(chosen.focusNode)) return;
    last = chosen.toString().trim();
  };
  document.addEventListener("selectionchange", remember);
  take.hidden = false;
  take.addEventListener("click", () => {
    remember();
    const field = [...document.querySelectorAll("[data-passages] textarea")].find((one) => !one.value.trim());
    const found = last && field;
    if (found) {
      field.value = last;
      getSelection().removeAllRanges(); // taken once
      field.closest("[data-passages] > *")?.querySelector("input")?.focus();
    }
    status.textContent = (found ? status.dataset.done : status.dataset.none).replace("{text}", last.slice(0, 60));
    last = "";
  });
}

const all = document.querySelector("[data-all]");
if (all) {
  const boxes = () => [...all.form.querySelectorAll("input[type=checkbox][name]")];
  const number = document.querySelector("[data-ticked]");
  const show = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    all.checked = ticked === boxes().length;
    if (number) number.textContent = number.dataset.ticked.replace("{n}", ticked);
  };
  all.closest("[hidden]")?.removeAttribute("hidden");
  all.addEventListener("change", () => { for (const box of boxes()) box.checked = all.checked; show(); });
  all.form.addEventListener("change", show);
  show();
}
