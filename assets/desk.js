// The list by keyboard, for whoever likes that: "/" to the search, "j" and "k"
// from row to row, "x" picks a row. Enter opens, as on every link. The page works
// without. Knows no words: they stand in the page.

const links = [...document.querySelectorAll('table.rows th[scope="row"] a')];
const rowOf = (element) => element.closest('tr');
const search = document.getElementById('q');
const says = document.getElementById('phim');
if (says && links.length > 0) says.hidden = false;

/** Where the focus is among the rows; -1 when it is nowhere there. */
const here = () => links.findIndex((link) => rowOf(link).contains(document.activeElement));

const keys = {
  '/': () => search?.focus(),
  j: () => links[Math.min(here() + 1, links.length - 1)]?.focus(),
  k: () => links[Math.max(here() - 1, 0)]?.focus(),
  x: () => here() >= 0 && rowOf(links[here()]).querySelector('input[type="checkbox"]')?.click(),
};

document.addEventListener('keydown', (event) => {
  const typing = event.target.closest('input:not([type="checkbox"]), textarea, select');
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
  event.preventDefault();
  keys[event.key]();
});
