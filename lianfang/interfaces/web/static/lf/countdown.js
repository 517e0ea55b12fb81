// Countdown on the server's clock (倒计时): <lf-countdown now due near text over say-10 say-1 say-0>.
// The text is server-rendered, so the page reads right before this script runs and without it.
const MINUTE = 60000;
const SPOKEN = [10, 1, 0]; // minutes; anything more often would talk over the person's work

const two = (n) => String(n).padStart(2, "0");

function written(ms) {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

class Countdown extends HTMLElement {
  static get observedAttributes() {
    return ["now", "due"];
  }

  connectedCallback() {
    this.timer = setInterval(() => this.tick(), 1000);
    this.tick();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  // A refreshed page brings a new `now`: the phone's own clock may be wrong, only its pace is trusted.
  attributeChangedCallback() {
    this.ahead = Date.parse(this.getAttribute("now")) - Date.now();
    this.due = Date.parse(this.getAttribute("due"));
  }

  tick() {
    const left = this.due - (Date.now() + this.ahead);
    const over = left < 0;
    const clock = this.querySelector("[data-clock]");
    const shape = this.getAttribute(over ? "over" : "text") || "{time}";
    const text = shape.replace("{time}", written(over ? left : left + 999));
    if (clock && clock.textContent !== text) clock.textContent = text;
    this.toggleAttribute("data-over", over);
    this.toggleAttribute("data-near", !over && left <= Number(this.getAttribute("near") || 0) * MINUTE);
    this.speak(left);
    this.left = left;
  }

  // Only the moment a mark is passed is spoken; a page opened after it stays silent.
  speak(left) {
    if (this.left === undefined) return;
    const passed = SPOKEN.find((m) => this.left > m * MINUTE && left <= m * MINUTE);
    const voice = this.querySelector("[aria-live]");
    if (passed !== undefined && voice) voice.textContent = this.getAttribute(`say-${passed}`) || "";
  }
}

customElements.define("lf-countdown", Countdown);
