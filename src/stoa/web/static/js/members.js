// For members: buttons below posts answer at once, and keys lead from post to post.
// Without it each button sends its form, and the page comes again.
const form = document.getElementById("do");
const said = document.getElementById("said");
const words = new Intl.NumberFormat(document.documentElement.lang);

const show = (button, done) => {
  const [address, at] = button.getAttribute("formaction").split("?");
  const deed = address.split("/").pop();
  const plain = deed.startsWith("un") ? deed.slice(2) : deed;
  button.setAttribute("formaction", `${address.slice(0, -deed.length)}${done ? "un" : ""}${plain}?${at}`);
  button.setAttribute("aria-pressed", String(done));
  button.classList.toggle("done", done);
  if (!button.dataset.count) return;
  const count = Number(button.dataset.count) + (done ? 1 : -1);
  button.dataset.count = String(count);
  button.querySelector("i").textContent = count > 0 ? words.format(count) : "";
};

const send = async (button) => {
  const address = button.formAction;
  const done = button.getAttribute("aria-pressed") !== "true";
  show(button, done);
  said.textContent = "";
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, {
      method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual",
      headers: { prefer: "return=minimal" },
    });
    // Somebody who has signed out elsewhere is sent to sign in, which is no 204.
    if (answer.status !== 204) throw new Error(String(answer.status));
  } catch {
    show(button, !done);
    said.textContent = said.dataset.failed;
  }
  button.removeAttribute("aria-busy");
};

addEventListener("click", (event) => {
  const button = event.target.closest("button[data-deed]");
  if (!button || event.defaultPrevented) return;
  event.preventDefault();
  if (!button.hasAttribute("aria-busy")) send(button);
});

const keys = document.getElementById("keys");
const posts = () => [...document.querySelectorAll("main article")].filter((one) => one.checkVisibility());
const here = () => document.activeElement.closest("main article");
const go = (step) => {
  const all = posts();
  const at = all.indexOf(here());
  // From nowhere, the first post that is on the screen.
  const first = all.findIndex((one) => one.getBoundingClientRect().bottom > 80);
  const next = all[at < 0 ? first : at + step];
  if (!next) return;
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
};
const press = (what) => (here() || posts()[0])?.querySelector(what)?.click();
const ways = { h: "home", n: "notifications", m: "messages", l: "local", t: "everywhere", u: "you" };
let led = 0; // when g was pressed

const act = {
  j: () => go(1),
  k: () => go(-1),
  o: () => press(".byline time, .facts time"),
  r: () => press('.actions a[href$="/reply"]'),
  f: () => press('[data-deed="favourite"]'),
  b: () => press('[data-deed="boost"]'),
  d: () => press('[data-deed="bookmark"]'),
  n: () => location.assign("/write"),
  "/": () => location.assign("/search"),
  "?": () => keys.showModal(),
};

if (keys) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || keys.open) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const way = event.timeStamp - led < 1500 && keys.querySelector(`[data-way="${ways[event.key]}"]`);
    led = event.key === "g" ? event.timeStamp : 0;
    if (way) way.click();
    else if (act[event.key]) act[event.key]();
    else return;
    event.preventDefault();
  });
}
