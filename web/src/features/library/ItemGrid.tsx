import type { ItemSummary } from "@/lib/types";
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
  return (
    <WindowedGrid
      rows={rows}
      itemAt={(index) => props.items?.[index]}
      total={props.items?.length ?? -1}
      label={props.label}
      inside={props.inside ?? false}
      busy={props.items === null}
      onTake={props.onTake}
    />
  );
}
