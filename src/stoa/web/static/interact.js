// Keeps, in this browser alone, which handle the visitor named last, so that they type it once.
// The page does all the rest without it.
(() => {
  "use strict";
  const field = document.getElementById("handle");
  const name = "stoa-home";
  try {
    if (field.dataset.home) localStorage.setItem(name, field.dataset.home);
    else if (!field.value) field.value = localStorage.getItem(name) || "";
  } catch {
    // Storage is switched off: then nothing is kept.
  }
})();
