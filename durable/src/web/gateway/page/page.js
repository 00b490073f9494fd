// Shows the operations of the document, and sends requests. Every text from outside becomes a text node.
"use strict";

const byId = (id) => document.getElementById(id);
const base = new URL(".", location.href);

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function credentials() {
  const name = byId("header").value.trim();
  const value = byId("value").value;
  return name && value ? { [name]: value } : {};
}

function say(text, isBad = false) {
  byId("message").textContent = text;
  byId("message").className = isBad ? "bad" : "";
}

async function load() {
  say("Loading…");
  byId("operations").replaceChildren();
  try {
    const response = await fetch(new URL("openapi.json", base), { headers: credentials() });
    const answer = await response.json();
    if (!response.ok) {
      say(`${answer.title ?? "The document can't be read"}: ${answer.detail ?? response.status}`, true);
      return;
    }
    show(answer);
    say("");
  } catch (error) {
    say(`The document can't be read: ${error.message}`, true);
  }
}

// The document.
let api = {};

function resolved(reference) {
  return reference.split("/").slice(1).reduce((found, name) => found?.[name], api) ?? {};
}

function show(loaded) {
  api = loaded;
  const groups = new Map();
  for (const [path, item] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const tag = operation.tags?.[0] ?? "";
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(card(path, method, operation));
    }
  }
  for (const [tag, cards] of groups) {
    byId("operations").append(element("section", {}, element("h2", { textContent: tag }), ...cards));
  }
}

function card(path, method, operation) {
  const title = element("summary", {},
    element("b", { textContent: method.toUpperCase() }),
    element("code", { textContent: path }),
    element("span", { textContent: operation.summary ?? "" }));
  const details = element("details", {}, title);
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(...form(path, method, operation));
  });
  return details;
}

function form(path, method, operation) {
  const inputs = (operation.parameters ?? []).map(field);
  const schema = operation.requestBody?.content?.["application/json"]?.schema;
  const body = schema && element("textarea", { value: example(schema), spellcheck: false });
  const fields = element("div", { className: "fields" }, ...inputs.map((input) => input.label));
  if (body) fields.append(element("label", {}, "Body", body));
  const output = element("pre", { hidden: true, tabIndex: 0 });
  output.setAttribute("aria-live", "polite");
  const request = element("form", {}, fields, element("button", { textContent: "Send" }));
  request.addEventListener("submit", (event) => {
    event.preventDefault();
    send(path, method, inputs, body, output);
  });
  const parts = [request, output];
  if (operation.description) parts.unshift(element("p", { textContent: operation.description }));
  if (schema) {
    const text = element("pre", { textContent: JSON.stringify(schema, null, 2), tabIndex: 0 });
    parts.push(element("details", {}, element("summary", { textContent: "Schema of the body" }), text));
  }
  return parts;
}

function field(parameter) {
  const choices = parameter.schema.items?.enum ?? parameter.schema.enum;
  const input = choices
    ? element("select", {}, element("option", { value: "" }),
        ...choices.map((choice) => element("option", { textContent: choice, value: choice })))
    : element("input", { autocomplete: "off", required: parameter.required === true });
  const hint = parameter.schema.description ?? parameter.description ?? "";
  const label = element("label", {}, parameter.name, input, element("span", { className: "hint", textContent: hint }));
  return { parameter, input, label };
}

// Returns a body with one place for each input.
function example(schema) {
  const inputs = schema.properties?.inputs?.prefixItems;
  return JSON.stringify(inputs ? { inputs: inputs.map((input) => value(input)) } : {}, null, 2);
}

// Returns a value of a schema. Types may contain themselves, so the depth is bounded.
function value(schema, depth = 0) {
  if (depth > 8) return null;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.$ref) return value(resolved(schema.$ref), depth + 1);
  const first = schema.allOf?.[0] ?? schema.oneOf?.[0] ?? schema.anyOf?.[0];
  if (first) return value(first, depth + 1);
  if ("const" in schema) return schema.const;
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case "object":
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, of]) => [name, value(of, depth + 1)]));
    case "array": return [];
    case "string": return schema.enum?.[0] ?? "";
    case "integer":
    case "number": return 0;
    case "boolean": return false;
    default: return null;
  }
}

async function send(path, method, inputs, body, output) {
  const headers = credentials();
  const query = new URLSearchParams();
  let filled = path;
  for (const { parameter, input } of inputs) {
    if (input.value === "") continue;
    if (parameter.in === "path") filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (parameter.in === "header") headers[parameter.name] = input.value;
    else query.append(parameter.name, input.value);
  }
  const url = new URL(filled.slice(1), base);
  url.search = query;
  const options = { method: method.toUpperCase(), headers };
  if (body) {
    headers["Content-Type"] = "application/json";
    options.body = body.value;
  }
  output.hidden = false;
  output.className = "";
  output.textContent = "Waiting…";
  try {
    const response = await fetch(url, options);
    const text = await response.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* It isn't JSON. */ }
    output.className = response.ok ? "" : "bad";
    output.textContent = `${response.status} ${response.statusText}\n${shown}`;
  } catch (error) {
    output.className = "bad";
    output.textContent = `No answer: ${error.message}`;
  }
}

byId("credentials").addEventListener("submit", (event) => {
  event.preventDefault();
  load();
});
load();
