// Remembers, in this browser alone, how far somebody has read a long post, and offers to go on there.
// The page does all the rest without it.
(() => {
  "use strict";
  const offer = document.getElementById("go-on");
  const text = document.querySelector("article > .prose");
  if (!offer || !text) return;
  const parts = [...text.children].filter((one) => one.textContent.trim());
  const store = "stoa-places";
  const most = 100;
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(store)) || {};
    } catch {
      return {}; // Storage is switched off, or holds what is not ours.
    }
  };
  const write = (place) => {
    const places = read();
    delete places[offer.dataset.post];
    if (place > 0) places[offer.dataset.post] = place;
    const kept = Object.entries(places).slice(-most);
    try {
      localStorage.setItem(store, JSON.stringify(Object.fromEntries(kept)));
    } catch {
      // Full, or switched off: then nothing is remembered.
    }
  };
  const before = Number(read()[offer.dataset.post]);
  if (before > 0 && before < parts.length && !location.hash) {
    offer.hidden = false;
    offer.querySelector("a").addEventListener("click", (event) => {
      event.preventDefault();
      parts[before].scrollIntoView();
      offer.hidden = true;
    });
  }
  let moved = false;
  addEventListener("scroll", () => { moved = true; }, { passive: true });
  const note = () => {
    if (!moved) return;
    moved = false;
    // The first part that is not above the screen; who has reached the end has read it.
    const at = parts.findIndex((one) => one.getBoundingClientRect().bottom > 0);
    const end = parts[parts.length - 1].getBoundingClientRect().bottom < innerHeight;
    write(at < 2 || end ? 0 : at);
  };
  setInterval(note, 1000);
  addEventListener("pagehide", note);
})();
