// Files of the writing form: sent at once with a bar that grows, dropped and pasted, moved without a
// round trip, and the point that must stay visible chosen on the picture.
const form = document.getElementById("write");
const files = document.getElementById("files");
const picker = document.getElementById("picture");
const words = document.getElementById("picture_words");
const sending = document.getElementById("sending");
const unfit = document.getElementById("unfit");
const text = form.elements.text;

function renumber() {
  [...files.children].forEach((line, place) => {
    for (const one of line.querySelectorAll("[name^='pictures[']")) one.name = one.name.replace(/\[\d+\]/, `[${place}]`);
    for (const one of line.querySelectorAll("button[name=do]")) one.value = one.value.replace(/\d+$/, place);
  });
  files.parentElement.hidden = !files.children.length;
  form.dispatchEvent(new Event("changed"));
}

function send(file) {
  return new Promise((done) => {
    const data = new FormData();
    data.set("form_token", form.elements.form_token.value);
    data.set("picture_words", words.value);
    data.set("picture", file);
    const request = new XMLHttpRequest();
    const bar = sending.querySelector("progress");
    bar.value = 0;
    sending.hidden = false;
    unfit.hidden = true;
    request.upload.addEventListener("progress", (event) => event.lengthComputable && (bar.value = (100 * event.loaded) / event.total));
    request.addEventListener("loadend", () => {
      sending.hidden = true;
      if (request.status === 200) {
        const made = new DOMParser().parseFromString(request.responseText, "text/html");
        files.append(made.querySelector("li"));
        words.value = "";
        renumber();
        files.lastElementChild.querySelector("textarea").focus();
      } else {
        let said = "";
        try {
          said = JSON.parse(request.responseText).said;
        } catch {
          // A page that says what went wrong.
        }
        unfit.textContent = said || form.dataset.unfit;
        unfit.hidden = false;
        unfit.closest("details").open = true;
      }
      done();
    });
    request.open("POST", "/write/picture");
    request.send(data);
  });
}

async function sendAll(list) {
  for (const file of list) await send(file);
  picker.value = "";
}

picker.multiple = true;
picker.addEventListener("change", () => sendAll([...picker.files]));
text.addEventListener("paste", (event) => {
  const given = [...event.clipboardData.files];
  if (!given.length) return;
  event.preventDefault();
  sendAll(given);
});
text.addEventListener("dragover", (event) => {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  text.classList.add("over-it");
});
for (const name of ["dragleave", "drop"]) text.addEventListener(name, () => text.classList.remove("over-it"));
text.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  sendAll([...event.dataTransfer.files]);
});

files.addEventListener("click", (event) => {
  const line = event.target.closest("li");
  const [does] = (event.target.closest("button[name=do]")?.value ?? "").split(" ");
  if (does) {
    event.preventDefault();
    if (does === "earlier") line.previousElementSibling?.before(line);
    else line.nextElementSibling?.after(line);
    renumber();
    line.querySelector(`button[value^=${does}]`).focus();
  } else if (event.target.tagName === "IMG") {
    const points = line.querySelector("select");
    if (!points) return;
    const box = event.target.getBoundingClientRect();
    const across = ((event.clientX - box.left) / box.width) * 2 - 1;
    const upwards = 1 - ((event.clientY - box.top) / box.height) * 2;
    const here = `${across.toFixed(2)},${upwards.toFixed(2)}`;
    let option = points.querySelector("[data-own]");
    if (!option) {
      option = new Option("");
      option.dataset.own = "";
      points.append(option);
    }
    option.value = here;
    option.textContent = here;
    option.selected = true;
    form.dispatchEvent(new Event("changed"));
  }
});
