// Names to choose from while one types: people after @, hashtags after #, custom emoji after a colon.
// A listbox below the text; the arrow keys choose, Enter or Tab takes, Escape leaves it.
const text = document.getElementById("text");
const BEGUN = /(?:^|[\s(\[{"'«„“])([@#:][\p{L}\p{N}_@.-]{1,60})$/u;
const ASK_MS = 200;
let list = null;
let chosen = 0;
let found = [];
let word = "";
let timer = 0;
let asking = null;

function begun() {
  if (text.selectionStart !== text.selectionEnd) return "";
  return BEGUN.exec(text.value.slice(Math.max(0, text.selectionStart - 80), text.selectionStart))?.[1] ?? "";
}

function close() {
  asking?.abort();
  list?.remove();
  list = null;
  text.removeAttribute("aria-activedescendant");
  text.removeAttribute("aria-controls");
}

function choose(place) {
  chosen = (place + found.length) % found.length;
  [...list.children].forEach((one, at) => one.setAttribute("aria-selected", String(at === chosen)));
  const { offsetTop: top, offsetHeight: height } = list.children[chosen];
  list.scrollTop = Math.min(top, Math.max(list.scrollTop, top + height - list.clientHeight));
  text.setAttribute("aria-activedescendant", `name-${chosen}`);
}

function take(place) {
  const end = text.selectionStart;
  text.focus();
  text.setSelectionRange(end - word.length, end);
  document.execCommand("insertText", false, `${found[place].text} `);
  close();
}

// How far below the top of the text the line of the caret ends: measured on a copy of the text, for a
// textarea does not tell.
function below() {
  const copy = document.createElement("div");
  const look = getComputedStyle(text);
  for (const name of ["boxSizing", "width", "padding", "border", "font", "letterSpacing", "direction", "tabSize"])
    copy.style[name] = look[name];
  Object.assign(copy.style, { position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap", overflowWrap: "break-word" });
  copy.textContent = text.value.slice(0, text.selectionStart);
  const caret = document.createElement("span");
  caret.textContent = "\u200b";
  copy.append(caret);
  text.parentElement.append(copy);
  const far = text.offsetTop + caret.offsetTop + caret.offsetHeight - text.scrollTop;
  copy.remove();
  return Math.min(far, text.offsetTop + text.offsetHeight);
}

function show() {
  list?.remove();
  list = document.createElement("ul");
  list.className = "names";
  list.id = "names";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", text.labels[0].textContent);
  found.forEach((one, place) => {
    const line = document.createElement("li");
    line.id = `name-${place}`;
    line.setAttribute("role", "option");
    if (one.picture) {
      const picture = document.createElement("img");
      picture.src = one.picture;
      picture.alt = "";
      line.append(picture);
    }
    const name = document.createElement("b");
    name.textContent = one.text;
    name.dir = "ltr";
    const more = document.createElement("span");
    more.textContent = one.name;
    more.dir = "auto";
    line.append(name, more);
    // Before the text loses the focus.
    line.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      take(place);
    });
    list.append(line);
  });
  text.parentElement.append(list);
  list.style.top = `${below()}px`;
  list.scrollIntoView({ block: "nearest", behavior: "instant" });
  text.setAttribute("aria-controls", "names");
  choose(0);
}

async function ask() {
  word = begun();
  if (!word) return close();
  asking?.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(`/write/complete?q=${encodeURIComponent(word)}`, { signal: asking.signal });
    const names = answer.ok ? await answer.json() : [];
    if (begun() !== word) return;
    found = names;
    if (found.length && found[0].text !== word) show();
    else close();
  } catch {
    // Asked anew, or no connection.
  }
}

text.setAttribute("aria-autocomplete", "list");
text.addEventListener("input", () => {
  clearTimeout(timer);
  if (begun()) timer = setTimeout(ask, ASK_MS);
  else close();
});
text.addEventListener("blur", close);
text.addEventListener("keydown", (event) => {
  if (!list || event.isComposing || event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowDown") choose(chosen + 1);
  else if (event.key === "ArrowUp") choose(chosen - 1);
  else if (event.key === "Enter" || event.key === "Tab") take(chosen);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
});
