// Says that there is something new on the page one looks at, and puts it there when asked to; nothing
// moves before.  The server only says that something has happened: what that is, the page's own address
// shows.
const bar = document.getElementById("newer");
const button = bar.querySelector("button");
const words = bar.dataset.words.split("|");
const title = document.title;
const ofNotices = bar.dataset.stream === "user:notification";
const pause = 8000; // milliseconds between two looks, however much happens
const leave = 60000; // a page that nobody sees gives its line back after so long

let line, later, closing, waiting = [], count = 0, tries = 0, looked = 0;

const say = () => {
  bar.hidden = count === 0;
  button.textContent = words[Math.min(count, words.length) - 1] + (count >= words.length ? " …" : "");
  document.title = count ? `(${count}) ${title}` : title;
};

const lists = (page) => page.querySelector("main ol.bare:has(> li.entry)");

const look = async () => {
  later = undefined;
  looked = Date.now();
  let page;
  try {
    const answer = await fetch(location.href, { redirect: "error" });
    if (!answer.ok) return;
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // The next event looks again.
  }
  const way = 'nav a[href="/notifications"]';
  const [here, there] = [document.querySelector(way), page.querySelector(way)];
  if (here && there) here.replaceChildren(...there.childNodes);
  const entries = [...(lists(page)?.children ?? [])];
  const known = entries.findIndex((one) => document.getElementById(one.id));
  waiting = known < 0 ? entries : entries.slice(0, known);
  count = waiting.length;
  say();
};

const soon = () => {
  if (!later) later = setTimeout(look, Math.max(1000, looked + pause - Date.now()));
};

button.addEventListener("click", () => {
  const list = lists(document);
  // More than a page: what lies between is found by going through the pages.
  if (ofNotices || !list || count >= words.length) return location.reload();
  list.prepend(...waiting.map((one) => document.adoptNode(one)));
  const first = list.querySelector("article");
  waiting = [];
  count = 0;
  say();
  first.tabIndex = -1;
  first.focus({ preventScroll: true });
  scrollTo({ top: 0 });
});

const listen = () => {
  clearTimeout(closing);
  closing = undefined;
  if (line) return;
  const [stream, about] = [bar.dataset.stream, bar.dataset.about];
  const asked = new URLSearchParams({ stream });
  if (about) asked.set(stream === "list" ? "list" : "tag", about);
  line = new EventSource(`/live?${asked}`);
  line.onopen = () => { tries = 0; };
  line.addEventListener("notification", () => {
    if (!ofNotices) return soon();
    count += 1;
    say();
  });
  line.addEventListener("update", soon);
  line.onerror = () => {
    if (line.readyState !== EventSource.CLOSED) return; // The browser tries again by itself.
    line = undefined;
    tries += 1;
    // Signed out elsewhere, or too many windows: after a while it is given up.
    if (tries < 5) setTimeout(() => document.hidden || listen(), tries * 30000 * (1 + Math.random()));
  };
};

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    const missed = !line;
    listen();
    if (missed && !ofNotices) soon();
  } else {
    closing ??= setTimeout(() => { line?.close(); line = undefined; }, leave);
  }
});
addEventListener("pagehide", () => { line?.close(); line = undefined; });
addEventListener("pageshow", (event) => { if (event.persisted) { listen(); soon(); } });
listen();
