// A list and a row of buttons to choose from.  Both are elements with a value
// and "input" events, as view() wants them.

function labelled(text, control) {
  const label = document.createElement("label");
  label.className = "control";
  label.append(`${text} `, control);
  return label;
}

/** options: [{value, label}] */
export function chooser(text, options, value) {
  const select = document.createElement("select");
  for (const option of options) select.add(new Option(option.label, option.value, false, option.value === value));
  const element = labelled(text, select);
  Object.defineProperty(element, "value", {
    get: () => select.value,
    set: (to) => { select.value = to; }
  });
  return element;
}

let groups = 0;

export function buttons(text, options, value) {
  const element = document.createElement("fieldset");
  element.className = "control";
  element.appendChild(document.createElement("legend")).textContent = text;
  const name = `choice-${++groups}`;
  for (const option of options) {
    const label = element.appendChild(document.createElement("label"));
    const input = label.appendChild(document.createElement("input"));
    Object.assign(input, {type: "radio", name, value: option.value, checked: option.value === value});
    label.append(option.label);
  }
  Object.defineProperty(element, "value", {
    get: () => element.querySelector("input:checked")?.value,
    set: (to) => { for (const input of element.querySelectorAll("input")) input.checked = input.value === to; }
  });
  return element;
}

export function textField(text) {
  const input = Object.assign(document.createElement("input"), {type: "search"});
  const element = labelled(text, input);
  Object.defineProperty(element, "value", {
    get: () => input.value,
    set: (to) => { input.value = to; }
  });
  return element;
}
