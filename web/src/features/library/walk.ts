/** Arrow keys among things that stand in rows, by where they are on screen. */
import type { KeyboardEvent } from "react";

const STEPS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface Spot {
  x: number;
  y: number;
}

/** Which of the spots is next in a direction; null at the edge. Half a step aside is the same row. */
export function nextSpot(
  from: Spot,
  spots: readonly Spot[],
  [dx, dy]: readonly [number, number],
): number | null {
  let best: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  spots.forEach((spot, index) => {
    const along = (spot.x - from.x) * dx + (spot.y - from.y) * dy;
    const aside = Math.abs((spot.x - from.x) * dy) + Math.abs((spot.y - from.y) * dx);
    if (along < 4 || (dx !== 0 && aside > 24)) return;
    const far = along + aside * 2;
    if (far < least) [best, least] = [index, far];
  });
  return best;
}

/** For `onKeyDown` of a list whose links and buttons can be walked with the arrow keys. */
export function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = STEPS[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const here = (event.target as HTMLElement).closest<HTMLElement>("a, button");
  if (!here) return;
  const others = [...event.currentTarget.querySelectorAll<HTMLElement>("a, button")];
  const spot = (element: HTMLElement) => {
    const { left, top } = element.getBoundingClientRect();
    return { x: left, y: top };
  };
  const next = nextSpot(spot(here), others.map(spot), step);
  if (next === null) return;
  event.preventDefault();
  others[next]?.focus();
}
