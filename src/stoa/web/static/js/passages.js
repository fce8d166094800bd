// Who selects a passage of a post may reply to that.  Without it, each paragraph leads to the same form.
const article = document.querySelector("main article[data-answer]");
const most = 1000; // characters of a passage
const around = 64;
const link = document.createElement("a");
link.className = "button small answer-this";
link.textContent = article?.dataset.answer;
link.hidden = true;
article?.append(link);

// The words of a range: without what only this page has put between them.
const words = (range) => {
  const part = range.cloneContents();
  for (const one of part.querySelectorAll(".notes, .to-this, .footnote-backref")) one.remove();
  for (const one of part.querySelectorAll("p, h2, h3, h4, h5, h6, li, tr, td, th, pre, blockquote, br")) one.after(" ");
  return part.textContent.replace(/\s+/g, " ");
};

const piece = (prose, start, end) => {
  const range = document.createRange();
  range.selectNodeContents(prose);
  if (start) range.setStart(...start);
  if (end) range.setEnd(...end);
  return words(range);
};

const offer = () => {
  link.hidden = true;
  const chosen = getSelection();
  if (!article || chosen.isCollapsed || !chosen.rangeCount) return;
  const range = chosen.getRangeAt(0);
  const prose = (range.commonAncestorContainer.parentElement ?? article).closest(".prose")
    ?? (range.commonAncestorContainer.matches?.(".prose") ? range.commonAncestorContainer : null);
  const post = prose?.querySelector(":scope > [data-answers]")?.dataset.answers;
  const exact = words(range).trim();
  if (!post || exact.length < 2 || exact.length > most) return;
  const query = new URLSearchParams({
    exact,
    prefix: piece(prose, null, [range.startContainer, range.startOffset]).slice(-around),
    suffix: piece(prose, [range.endContainer, range.endOffset], null).slice(0, around),
  });
  link.href = `/posts/${post}/reply?${query}`;
  link.hidden = false;
  const end = [...range.getClientRects()].pop() ?? range.getBoundingClientRect();
  const frame = article.getBoundingClientRect();
  link.style.top = `${end.bottom - frame.top + 8}px`;
  link.style.left = `${Math.max(0, Math.min(end.left - frame.left, frame.width - link.offsetWidth))}px`;
};

let waiting;
document.addEventListener("selectionchange", () => {
  clearTimeout(waiting);
  waiting = setTimeout(offer, 250);
});
