const IDLE_AFTER_MS = 60_000;

let last = Date.now();

/** Notes when a person last did something here. Call once. */
export function watchActivity(): void {
  const note = () => {
    last = Date.now();
  };
  for (const event of ["pointerdown", "keydown", "wheel"]) addEventListener(event, note, { passive: true });
}

/** Whether nobody has touched the page for a minute: what it asks then, it asks by itself. */
export function isIdle(now = Date.now()): boolean {
  return now - last > IDLE_AFTER_MS;
}
