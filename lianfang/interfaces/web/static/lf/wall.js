// The wall's own scripts (大屏): the countdown, the refresh in place, and a clock that goes on from the server's time.
import "./countdown.js";
import "./poll.js";

const DAY = 86400;
const two = (n) => String(n).padStart(2, "0");

class Clock extends HTMLElement {
  static get observedAttributes() {
    return ["at"];
  }

  connectedCallback() {
    this.timer = setInterval(() => this.tick(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  // Only the pace of this device is trusted, not its time or zone.
  attributeChangedCallback() {
    const [hours, minutes, seconds] = (this.getAttribute("at") || "0:0:0").split(":").map(Number);
    this.start = hours * 3600 + minutes * 60 + seconds;
    this.since = performance.now();
  }

  tick() {
    const now = (this.start + Math.floor((performance.now() - this.since) / 1000)) % DAY;
    this.textContent = `${two(Math.floor(now / 3600))}:${two(Math.floor(now / 60) % 60)}:${two(now % 60)}`;
  }
}

customElements.define("lf-clock", Clock);
