
"use strict";
(function () {
  const plan = JSON.parse(document.getElementById("plan").textContent);
  const element = (id) => document.getElementById(id);
  const fields = ["search", "host", "kind", "op", "reason", "risk"].map(element);
  const [search, host, kind, op, reason, risk] = fields;
  const ROWS = 200;      // at first, and with each "more"
  const HOSTS = 500;     // of a group, once it is unfolded
  let rows = [];         // what matches: {group, action}
  let shown = 0;
  let last = null;       // the group that the last row is in
  let list = null;       // and its section

  function make(tag, name, text) {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function choices(select, values) {
    for (const value of values) {
      const choice = make("option", "", plan.words[value] || value);
      choice.value = value;
      select.append(choice);
    }
  }

  // Hosts of a group are ranges of places in the list of all: [from, to, from, to, …], both of them within.
  function* hostsOf(group) {
    for (let i = 0; i < group.hosts.length; i += 2)
      for (let at = group.hosts[i]; at <= group.hosts[i + 1]; ++at) yield plan.hosts[at];
  }

  function hasHost(group, part) {
    for (const name of hostsOf(group)) if (name.toLowerCase().includes(part)) return true;
    return false;
  }

  function matches(action, word) {
    return (!kind.value || action.kind === kind.value) && (!op.value || action.op === op.value) &&
      (!reason.value || action.reasons.includes(reason.value)) && (!risk.value || action.risks.includes(risk.value)) &&
      (!word || (action.low ||= (action.address + "\n" + action.source + "\n" + action.text).toLowerCase()).includes(word));
  }

  // Lines of a difference stand eight columns in.
  function fill(into, text) {
    for (const line of text.split("\n")) {
      const sign = /^ {8}[^ ]/.test(line) ? line[8] : "";
      const name = sign === "+" ? "add" : sign === "-" ? "gone" : sign === "@" ? "at" : "plain";
      into.append(make("span", name, line.slice(2) || " "));
    }
  }

  function body(row, details) {
    if (details.childElementCount > 1) return;
    const lines = make("pre");
    fill(lines, row.action.text.replace(/\n$/, ""));
    lines.tabIndex = 0;
    lines.setAttribute("role", "group");
    lines.setAttribute("aria-label", "Details of " + row.action.address);
    details.append(lines);
  }

  function rowElement(row) {
    const action = row.action;
    const details = make("details", "action");
    const head = make("summary");
    head.append(make("span", "op " + action.op, action.op), make("span", "address", action.address));
    for (const one of action.risks) head.append(make("span", "risk", plan.words[one] || one));
    head.append(make("span", "soft", action.source));
    details.append(head);
    details.addEventListener("toggle", () => { if (details.open) body(row, details); });
    return details;
  }

  function sectionElement(group) {
    const section = make("section");
    section.append(make("h2", "", group.label + " (" + group.count + (group.count === 1 ? " host)" : " hosts)")));
    if (group.count > 1) {
      const details = make("details");
      details.append(make("summary", "", "All hosts"));
      details.addEventListener("toggle", () => {
        if (!details.open || details.childElementCount > 1) return;
        const names = [];
        for (const name of hostsOf(group)) if (names.push(name) === HOSTS) break;
        const rest = group.count - names.length;
        details.append(make("p", "", names.join(", ") + (rest > 0 ? " and " + rest + " more" : "")));
      });
      section.append(details);
    }
    return section;
  }

  function more() {
    const end = Math.min(shown + ROWS, rows.length);
    for (; shown < end; ++shown) {
      const row = rows[shown];
      if (row.group !== last) {
        last = row.group;
        list = sectionElement(last);
        element("groups").append(list);
      }
      list.append(rowElement(row));
    }
    element("more").hidden = shown === rows.length;
    element("more").textContent = "Show more (" + (rows.length - shown) + " left)";
  }

  // What is asked for stands behind the # of the address, so that a link to it can be given.
  function takeAddress() {
    const asked = new URLSearchParams(location.hash.slice(1));
    for (const field of fields) {
      const value = asked.get(field.id) || "";
      // Nothing is shown of what is not there, rather than everything.
      if (field.options && ![...field.options].some((choice) => choice.value === value)) choices(field, [value]);
      field.value = value;
    }
  }

  function giveAddress() {
    const asked = new URLSearchParams();
    for (const field of fields) if (field.value) asked.set(field.id, field.value);
    const hash = asked.toString();
    if (hash !== location.hash.slice(1)) history.replaceState(null, "", hash ? "#" + hash : location.pathname);
  }

  function filter() {
    const word = search.value.trim().toLowerCase();
    const part = host.value.trim().toLowerCase();
    rows = [];
    let changes = 0;
    for (const group of plan.groups) {
      if (part && !hasHost(group, part)) continue;
      for (const action of group.actions) {
        if (!matches(action, word)) continue;
        rows.push({group, action});
        changes += group.count;
      }
    }
    element("groups").replaceChildren();
    shown = 0;
    last = list = null;
    element("count").textContent = rows.length + (rows.length === 1 ? " action, " : " different actions, ") +
      changes + " on all hosts together";
    more();
  }

  const seen = (of) => [...new Set(plan.groups.flatMap((group) => group.actions.flatMap(of)))].sort();
  choices(kind, seen((action) => [action.kind]));
  choices(op, seen((action) => [action.op]));
  choices(reason, seen((action) => action.reasons));
  choices(risk, seen((action) => action.risks));
  element("rest").hidden = element("rest").querySelector("pre").textContent.trim() === "";
  let waiting = 0;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(() => { giveAddress(); filter(); }, 80); };
  addEventListener("hashchange", () => { takeAddress(); filter(); });
  for (const field of fields) field.addEventListener("input", soon);
  element("filters").addEventListener("reset", soon);
  element("filters").addEventListener("submit", (event) => event.preventDefault());
  element("more").addEventListener("click", more);
  element("unfold").addEventListener("click", () => {
    for (const details of element("groups").querySelectorAll("details.action")) details.open = true;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    event.preventDefault();
    search.focus();
  });
  takeAddress();
  filter();
})();
