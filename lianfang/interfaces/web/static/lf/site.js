// Whole floors (整层勾选): a tick on the floor ticks its rooms, and a room taken out takes the floor's tick out.
document.addEventListener("change", (event) => {
  const floor = event.target.closest("[data-floor]");
  if (!floor) return;
  const whole = floor.querySelector('[name="floor"]');
  const ones = [...floor.querySelectorAll('[name="one"]')];
  if (event.target === whole) for (const one of ones) one.checked = whole.checked;
  else whole.checked = ones.every((one) => one.checked);
});
