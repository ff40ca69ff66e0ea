"use strict";
(() => {
  const form = document.getElementById("filters");
  if (!form) return;
  const text = document.getElementById("q");
  const told = document.getElementById("told");
  const none = document.getElementById("none");
  const hideFollows = document.getElementById("no-follows");
  const choices = ["family", "severity", "owner"].map((name) => [name, document.getElementById(`by-${name}`)]);
  const sections = [...document.querySelectorAll("section.fault")].map((node) => ({
    node,
    says: node.querySelector("h3").textContent.toLowerCase(),
    list: node.querySelector("details.rows"),
    openAtFirst: node.querySelector("details.rows")?.open,
    rows: [...node.querySelectorAll("details.rows tbody tr")].map((row) => ({
      node: row,
      of: row.dataset.family ? row.dataset : node.dataset,
      follows: row.classList.contains("follows"),
      says: row.textContent.toLowerCase(),
    })),
  }));
  const total = sections.reduce((sum, section) => sum + section.rows.length, 0);

  function filter() {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = choices.filter(([, box]) => box.value).map(([name, box]) => [name, box.value]);
    const fits = (data) => chosen.every(([name, value]) => data[name] === value);
    const narrowed = words.length > 0 || chosen.length > 0;
    let shown = 0;
    let visible = 0;
    for (const section of sections) {
      let left = 0;
      for (const row of section.rows) {
        const keep =
          fits(row.of) &&
          !(hideFollows.checked && row.follows) &&
          words.every((word) => row.says.includes(word) || section.says.includes(word));
        row.node.hidden = !keep;
        if (keep) left += 1;
      }
      const bare = section.rows.length === 0 && fits(section.node.dataset) && !hideFollows.checked;
      const keepBare = bare && words.every((word) => section.says.includes(word));
      section.node.hidden = left === 0 && !keepBare;
      if (section.list) section.list.open = words.length > 0 ? left > 0 : section.openAtFirst;
      if (!section.node.hidden) visible += 1;
      shown += left;
    }
    none.hidden = visible > 0;
    told.textContent =
      narrowed || hideFollows.checked
        ? `${shown.toLocaleString("en")} of ${total.toLocaleString("en")} shown`
        : `${total.toLocaleString("en")} shown`;
  }

  let waiting = 0;
  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  form.addEventListener("change", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const goal = link && document.getElementById(link.getAttribute("href").slice(1));
    if (goal && goal.closest("[hidden]")) {
      form.reset();
      filter();
    }
  });
  form.hidden = false;
  filter();
})();
