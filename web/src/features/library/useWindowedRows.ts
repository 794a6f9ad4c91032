import { useCallback, useLayoutEffect, useRef, useState } from "react";

const WANTED_PX = 168;
const SMALL_PX = 96;
const OVERSCAN_ROWS = 2;
/** Two lines of text below a poster, with the space above them. */
const CAPTION_REM = 3.25;

/** Columns for a width: three on a phone, posters of about 168 px elsewhere. Pure. */
export function columnsFor(width: number): number {
  if (width < 520) return Math.max(2, Math.min(4, Math.floor(width / SMALL_PX)));
  return Math.max(3, Math.floor(width / WANTED_PX));
}

/** How posters stand in a width: columns, the gap between them, the height of a row. Pure. */
export function layoutFor(width: number, rem: number) {
  const columns = columnsFor(width);
  const gap = width < 520 ? 12 : 20;
  const poster = (Math.max(width, 1) - gap * (columns - 1)) / columns;
  return { columns, gap, row: poster * 1.5 + CAPTION_REM * rem + gap };
}

function scrollParent(element: HTMLElement): HTMLElement | null {
  for (let each = element.parentElement; each; each = each.parentElement) {
    const { overflowY } = getComputedStyle(each);
    if (overflowY === "auto" || overflowY === "scroll") return each;
  }
  return null;
}

interface View {
  width: number;
  rem: number;
  /** The first row in view, and how many fit in it. */
  row: number;
  fitting: number;
}

const UNSEEN: View = { width: 0, rem: 16, row: 0, fitting: 5 };
const same = (a: View, b: View) =>
  a.width === b.width && a.rem === b.rem && a.row === b.row && a.fitting === b.fitting;

/** As the grid before: coming back to one, its height has to be there at once for its scroll. */
let last = UNSEEN;

/** Which of `count` posters are near the view, and where their rows stand. */
export function useWindowedRows(count: number) {
  const ref = useRef<HTMLDivElement>(null);
  const [view, setView] = useState(last);

  useLayoutEffect(() => {
    const grid = ref.current;
    if (!grid) return;
    const parent = scrollParent(grid);
    let frame = 0;
    const measure = () => {
      frame = 0;
      const from = parent ? parent.getBoundingClientRect().top : 0;
      const above = Math.max(0, from - grid.getBoundingClientRect().top);
      const width = grid.clientWidth;
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
      const { row } = layoutFor(width, rem);
      const fitting = Math.ceil((parent?.clientHeight ?? innerHeight) / row) + 1;
      const next = { width, rem, row: Math.floor(above / row), fitting };
      last = { ...UNSEEN, width, rem };
      setView((old) => (same(old, next) ? old : next));
    };
    const later = () => {
      frame ||= requestAnimationFrame(measure);
    };
    measure();
    const observer = new ResizeObserver(later);
    observer.observe(grid);
    const target: EventTarget = parent ?? window;
    target.addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      target.removeEventListener("scroll", later);
      removeEventListener("resize", later);
    };
  }, []);

  const scrollTo = useCallback((index: number) => {
    const grid = ref.current;
    if (!grid) return;
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    const { columns, row } = layoutFor(grid.clientWidth, rem);
    const parent = scrollParent(grid);
    const from = parent ? parent.getBoundingClientRect().top : 0;
    const by = grid.getBoundingClientRect().top - from + Math.floor(index / columns) * row;
    (parent ?? window).scrollBy({ top: Math.ceil(by), behavior: "instant" });
  }, []);

  const { columns, gap, row } = layoutFor(view.width, view.rem);
  const rows = Math.ceil(count / columns);
  const firstRow = Math.max(0, Math.min(rows, view.row) - OVERSCAN_ROWS);
  const lastRow = Math.min(rows, view.row + view.fitting + OVERSCAN_ROWS);
  return {
    ref,
    columns,
    gap,
    /** The height of one poster with its caption. */
    cell: row - gap,
    from: Math.min(count, firstRow * columns),
    to: Math.min(count, lastRow * columns),
    /** Of the posters that are really in view. */
    first: Math.min(Math.max(0, count - 1), view.row * columns),
    top: firstRow * row,
    height: Math.max(0, rows * row - gap),
    scrollTo,
  };
}
