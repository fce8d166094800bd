// The writing form while one types: its preview, its draft, its keys.  Everything it does has a button
// that works without it.
const desk = document.querySelector(".desk");
const form = document.getElementById("write");
const reading = document.getElementById("reading");
const kept = document.getElementById("kept");
const clash = document.getElementById("clash");
const text = form.elements.text;
const PREVIEW_MS = 600;
const KEEP_MS = 2500;

let typed = 0; // counts what was changed
let keptAt = 0; // what it was when it was kept last
let leaving = false;
let stopped = !clash.hidden;
let side = "reading";

function after(ms, deed) {
  let timer = 0;
  let running = false;
  let again = false;
  const run = async () => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      await deed();
    } finally {
      running = false;
      if (again) {
        again = false;
        run();
      }
    }
  };
  return { soon: () => (clearTimeout(timer), (timer = setTimeout(run, ms))), now: () => (clearTimeout(timer), run()) };
}

function fields(does) {
  const data = new FormData(form);
  data.delete("picture");
  data.set("do", does);
  return data;
}

const look = after(PREVIEW_MS, async () => {
  try {
    const answer = await fetch("/write/preview", { method: "POST", body: fields(side === "elsewhere" ? side : "preview") });
    if (!answer.ok) return;
    const made = new DOMParser().parseFromString(await answer.text(), "text/html");
    const above = reading.scrollTop;
    const open = reading.querySelector(".outline")?.open ?? true;
    reading.replaceChildren(...made.body.childNodes);
    const outline = reading.querySelector(".outline");
    if (outline) outline.open = open;
    reading.querySelector(".warning")?.setAttribute("open", "");
    reading.scrollTop = above;
    if (side === "elsewhere") reading.querySelector(".looks")?.scrollIntoView({ block: "nearest" });
  } catch {
    // No connection: the last preview stays.
  }
});

async function keep(does) {
  if (stopped && does !== "keep") return;
  const now = typed;
  try {
    const answer = await fetch("/write/save", { method: "POST", body: fields(does) });
    const said = await answer.json();
    kept.textContent = said.said ?? "";
    if (leaving) return;
    if (said.version !== undefined) form.elements.version.value = said.version;
    if (answer.status === 409) {
      stopped = true;
      clash.hidden = false;
      document.getElementById("other").textContent = [said.title, said.text].filter(Boolean).join("\n\n");
      document.getElementById("open-other").href = said.draft;
    } else if (answer.ok) {
      keptAt = now;
      stopped = false;
      clash.hidden = true;
    } else if (answer.status === 410) {
      stopped = true;
    }
  } catch {
    kept.textContent = form.dataset.unsent;
  }
}
const keeping = after(KEEP_MS, () => keep("save"));

function changed() {
  typed += 1;
  keeping.soon();
  look.soon();
}
form.addEventListener("input", (event) => event.target.type !== "file" && changed());
form.addEventListener("changed", changed);

// Keys.  execCommand is the one way to change a field that the browser can undo.
function put(words) {
  text.focus();
  document.execCommand("insertText", false, words);
}
function around(before, behind) {
  const [from, to] = [text.selectionStart, text.selectionEnd];
  const chosen = text.value.slice(from, to);
  put(before + chosen + behind);
  text.setSelectionRange(from + before.length, from + before.length + chosen.length);
}
function link() {
  const chosen = text.value.slice(text.selectionStart, text.selectionEnd);
  const start = text.selectionStart;
  put(`[${chosen}](https://)`);
  const place = chosen ? start + chosen.length + 3 : start + 1;
  text.setSelectionRange(place, chosen ? place + 8 : place);
}
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target === form.elements.title && !event.isComposing) {
    event.preventDefault();
    if (!event.ctrlKey && !event.metaKey) text.focus();
  }
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  const key = event.key.toLowerCase();
  const marks = { b: ["**", "**"], i: ["*", "*"] };
  const markdown = form.elements.content_type.value === "text/markdown" && event.target === text;
  if (key === "enter") form.querySelector("button[value=publish]").click();
  else if (key === "s") keeping.now();
  else if (markdown && marks[key]) around(...marks[key]);
  else if (markdown && key === "k") link();
  else return;
  event.preventDefault();
});

form.addEventListener("submit", (event) => {
  if (event.submitter?.closest("#clash")) {
    event.preventDefault();
    keep("keep");
    return;
  }
  leaving = true;
});
window.addEventListener("beforeunload", (event) => {
  if (!leaving && typed !== keptAt) event.preventDefault();
});
// Come back to by the browser's own "back": what was sent may be changed and kept again.
window.addEventListener("pageshow", () => (leaving = false));

const sides = document.querySelector(".sides");
sides.addEventListener("click", (event) => {
  const wanted = event.target.dataset.side;
  if (!wanted) return;
  for (const one of sides.children) one.setAttribute("aria-pressed", String(one === event.target));
  desk.classList.toggle("reads", wanted !== "writing");
  if (wanted === "writing") {
    text.focus();
    return;
  }
  side = wanted;
  look.now();
});
sides.hidden = false;
form.querySelector(".keys").hidden = false;
desk.classList.add("live");
reading.tabIndex = 0; // it scrolls
for (const one of form.querySelectorAll(".buttons > [value=preview], .buttons > [value=elsewhere]")) one.hidden = true;
look.now();
