/**
 * A grid of any length of which only the rows near the view exist. The whole height is known from
 * the total, so nothing jumps while items arrive.
 */
import { type ReactNode, type Ref, useDeferredValue, useMemo } from "react";
import type { ItemSummary } from "@/lib/plexTypes";
import { Card, CardSkeleton, type Take } from "./Card";
import type { useWindowedRows } from "./useWindowedRows";
import { walk } from "./walk";

const EAGER = 12;

export function WindowedGrid(props: {
  rows: ReturnType<typeof useWindowedRows>;
  /** Those from `rows.from` to `rows.to`; undefined where they are still to come. */
  items: readonly (ItemSummary | undefined)[];
  total: number;
  label: string;
  busy?: boolean;
  /** All belong to the same, which need not be said of each. */
  inside?: boolean;
  onTake?: Take | undefined;
  children?: ReactNode;
}) {
  const { rows, items } = props;
  const window = useMemo(() => ({ from: rows.from, items }), [rows.from, items]);
  // Cards come in between, as the device finds time; until then their places are there.
  const shown = useDeferredValue(window);
  return (
    <div ref={rows.ref as Ref<HTMLDivElement>} style={{ height: rows.height }} className="relative">
      <ul
        aria-label={props.label}
        aria-busy={props.busy ?? false}
        onKeyDown={walk}
        className="absolute inset-x-0 grid [contain:layout_style]"
        style={{
          top: rows.top,
          gap: rows.gap,
          gridAutoRows: rows.cell,
          gridTemplateColumns: `repeat(${rows.columns}, minmax(0, 1fr))`,
        }}
      >
        {Array.from({ length: rows.to - rows.from }, (_, i) => {
          const index = rows.from + i;
          const item = shown.items[index - shown.from];
          return (
            // The place in the list is what stays: an item may move, or stand there twice.
            <li key={index} aria-setsize={props.total} aria-posinset={index + 1}>
              {item ? (
                <Card
                  item={item}
                  eager={index < EAGER}
                  inside={props.inside ?? false}
                  onTake={props.onTake}
                />
              ) : (
                <CardSkeleton still />
              )}
            </li>
          );
        })}
      </ul>
      {props.children}
    </div>
  );
}
