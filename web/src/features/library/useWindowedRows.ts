import { useLayoutEffect, useRef, useState } from "react";

const WANTED_PX = 168;
const SMALL_PX = 104;
const OVERSCAN_ROWS = 2;

/** Columns for a width: three on a phone, posters of about 168 px elsewhere. Pure. */
export function columnsFor(width: number): number {
  if (width < 520) return Math.max(2, Math.floor(width / SMALL_PX));
  return Math.max(3, Math.floor(width / WANTED_PX));
}

function scrollParent(element: HTMLElement): HTMLElement | null {
  for (let each = element.parentElement; each; each = each.parentElement) {
    const { overflowY } = getComputedStyle(each);
    if (overflowY === "auto" || overflowY === "scroll") return each;
  }
  return null;
}

/** Which of `count` posters are near the view, and where their rows stand. */
export function useWindowedRows(props: { count: number; gap: number; caption: number }) {
  const { count, gap, caption } = props;
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [view, setView] = useState({ above: 0, height: 900 });

  useLayoutEffect(() => {
    const grid = ref.current;
    if (!grid) return;
    const parent = scrollParent(grid);
    let frame = 0;
    const measure = () => {
      frame = 0;
      const top = grid.getBoundingClientRect().top;
      const from = parent ? parent.getBoundingClientRect().top : 0;
      const height = parent ? parent.clientHeight : innerHeight;
      setView((old) => {
        const above = Math.max(0, from - top);
        return Math.abs(old.above - above) < 40 && old.height === height ? old : { above, height };
      });
      setWidth(grid.clientWidth);
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

  const columns = columnsFor(width || 1);
  const poster = (Math.max(width, 1) - gap * (columns - 1)) / columns;
  const row = poster * 1.5 + caption + gap;
  const rows = Math.ceil(count / columns);
  const firstRow = Math.max(0, Math.floor(view.above / row) - OVERSCAN_ROWS);
  const lastRow = Math.min(rows, Math.ceil((view.above + view.height) / row) + OVERSCAN_ROWS);
  return {
    ref,
    columns,
    from: Math.min(count, firstRow * columns),
    to: Math.min(count, lastRow * columns),
    top: firstRow * row,
    height: Math.max(0, rows * row - gap),
  };
}
