"use strict";
(() => {
  const traces = JSON.parse(document.getElementById("traces").textContent);
  const trace = document.getElementById("trace");
  const picture = document.getElementById("picture");

  const showTrace = (link) => {
    const { read, command } = traces[Number(link.dataset.t)];
    const cell = link.closest("td, th, li span") || link;
    trace.querySelector(".value").textContent = cell.textContent.replace(/\s+/g, " ").trim();
    trace.querySelector("ul").replaceChildren(...read.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    trace.querySelector(".follow").hidden = !command;
    trace.querySelector("pre").textContent = command;
    trace.showModal();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.n");
    if (link) {
      event.preventDefault();
      showTrace(link);
    }
    const button = event.target.closest(".enlarge");
    if (button) {
      const small = button.querySelector("img");
      const large = picture.querySelector("img");
      large.src = small.src;
      large.alt = small.alt;
      picture.showModal();
    }
    if (event.target instanceof HTMLDialogElement) event.target.close();
  });

  // One stop of the Tab key for each table; the arrow keys move among its numbers.
  for (const table of document.querySelectorAll("table, .kinds")) {
    const links = () => [...table.querySelectorAll("a.n")];
    links().forEach((link, index) => { link.tabIndex = index ? -1 : 0; });
    table.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const line = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!event.target.matches("a.n") || !(step || line)) return;
      event.preventDefault();
      const all = links();
      const next = step ? all[all.indexOf(event.target) + step] : beside(event.target, line);
      if (!next) return;
      all.forEach((link) => { link.tabIndex = -1; });
      next.tabIndex = 0;
      next.focus();
    });
  }

  function beside(link, line) {
    const kinds = link.closest(".kinds");
    if (kinds) return neighbour([...kinds.querySelectorAll("a.n")], link, line);
    const here = link.closest("td, th");
    const rows = [...link.closest("table").querySelectorAll("tbody tr")];
    for (let at = rows.indexOf(link.closest("tr")) + line; at >= 0 && at < rows.length; at += line) {
      const found = rows[at].cells[here.cellIndex]?.querySelector("a.n");
      if (found) return found;
    }
    return null;
  }

  function neighbour(all, link, line) {
    return all[all.indexOf(link) + line];
  }

  // Sorting: by section; a published row stays below the row that it belongs to.
  const valueOf = (row, column) => {
    const text = row.cells[column].querySelector(".n, b")?.textContent ?? row.cells[column].firstChild?.textContent ?? "";
    const number = parseFloat(text.replace(/[,\s]/g, "").replace("\u2212", "-"));
    return Number.isNaN(number) ? text.trim() : number;
  };
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return a.localeCompare(b);
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    const original = [...table.tBodies].map((body) => [...body.rows]);
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const next = { ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")] ?? "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        if (next !== "none") head.setAttribute("aria-sort", next);
        [...table.tBodies].forEach((body, index) => body.append(...sorted(original[index], column, next)));
      });
    });
  }

  function sorted(rows, column, order) {
    if (order === "none") return rows;
    const title = rows.filter((row) => row.classList.contains("section"));
    const groups = [];
    for (const row of rows) {
      if (row.classList.contains("section")) continue;
      if (row.classList.contains("quiet") && groups.length) groups[groups.length - 1].push(row);
      else groups.push([row]);
    }
    const sign = order === "ascending" ? 1 : -1;
    groups.sort(([a], [b]) => {
      const [one, other] = [valueOf(a, column), valueOf(b, column)];
      return typeof one === typeof other ? sign * compare(one, other) : compare(one, other);
    });
    return [...title, ...groups.flat()];
  }

  // A table that is wider than the page says so.
  const watch = new ResizeObserver((entries) => entries.forEach(({ target }) => hint(target)));
  for (const box of document.querySelectorAll(".scroll")) {
    watch.observe(box);
    box.addEventListener("scroll", () => hint(box), { passive: true });
  }
  function hint(box) {
    const wide = box.scrollWidth > box.clientWidth + 2;
    box.classList.toggle("more", wide && box.scrollLeft + box.clientWidth < box.scrollWidth - 2);
    const said = box.previousElementSibling?.matches(".scroll-hint") ? box.previousElementSibling : null;
    if (wide && !said) box.before(Object.assign(document.createElement("p"), { className: "scroll-hint", textContent: "\u2194 The table is wider than the page: scroll it sideways." }));
    if (!wide && said) said.remove();
  }

  // On paper nothing is folded away.
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.dataset.was = one.open ? "open" : ""; one.open = true; }));
  addEventListener("afterprint", () => document.querySelectorAll("details").forEach((one) => { one.open = one.dataset.was === "open"; }));
})();
