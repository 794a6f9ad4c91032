import { useMemo } from "react";
import type { ItemSummary } from "@/lib/plexTypes";
import type { Take } from "./Card";
import { useWindowedRows } from "./useWindowedRows";
import { WindowedGrid } from "./WindowedGrid";

const GUESS = 12;

/** A grid of items that are all at hand; null while they are awaited. */
export function ItemGrid(props: {
  items: readonly ItemSummary[] | null;
  label: string;
  inside?: boolean;
  onTake?: Take | undefined;
}) {
  const rows = useWindowedRows(props.items?.length ?? GUESS);
  const { from, to } = rows;
  const items = useMemo(() => props.items?.slice(from, to) ?? [], [props.items, from, to]);
  return (
    <WindowedGrid
      rows={rows}
      items={items}
      total={props.items?.length ?? -1}
      label={props.label}
      inside={props.inside ?? false}
      busy={props.items === null}
      onTake={props.onTake}
    />
  );
}
