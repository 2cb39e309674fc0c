// What is looked at: stratum, benchmark, threshold.  It is in the address, so
// that a link shows what its sender saw.

export class State extends EventTarget {
  /** choices: what each may be, by name: {value, ok(text) → value or undefined} */
  constructor(choices) {
    super();
    this.choices = choices;
    this.values = {};
    this.read();
    window.addEventListener("popstate", () => {
      this.read();
      this.dispatchEvent(new Event("change"));
    });
  }

  read() {
    const given = new URLSearchParams(location.search);
    for (const [name, {value, ok}] of Object.entries(this.choices))
      this.values[name] = (given.has(name) ? ok(given.get(name)) : undefined) ?? value;
  }

  get(name) {
    return this.values[name];
  }

  /** Changes some of them at once: {name: value}. */
  set(changes) {
    if (Object.entries(changes).every(([name, value]) => this.values[name] === value)) return;
    Object.assign(this.values, changes);
    const address = new URL(location.href);
    for (const [name, {value, text}] of Object.entries(this.choices)) {
      if (this.values[name] === value) address.searchParams.delete(name);
      else address.searchParams.set(name, text(this.values[name]));
    }
    try {
      history.replaceState(null, "", address);
    } catch {
      // where a browser forbids it, or so many in so short a time
    }
    this.dispatchEvent(new Event("change"));
  }
}
