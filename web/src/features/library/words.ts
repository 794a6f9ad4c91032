/** How items are called, counted and linked to. Pure. */
import type { TFunction } from "i18next";
import { lengthParts } from "@/lib/format";
import type { ItemKind, ItemSummary } from "@/lib/plexTypes";

/** Kinds that hold others instead of being played. */
const HOLDING: ReadonlySet<ItemKind> = new Set(["show", "season", "collection", "playlist"]);
export const holdsOthers = ({ kind }: Pick<ItemSummary, "kind">): boolean => HOLDING.has(kind);

/** The address of an item's page. A playlist says so, as Plex has those in another place. */
export function titleLink(item: Pick<ItemSummary, "server" | "rating_key" | "kind">) {
  return {
    to: "/title/$server/$key",
    params: { server: item.server, key: item.rating_key },
    search: item.kind === "playlist" ? { kind: "playlist" as const } : {},
  } as const;
}

/** Something one can see: neither space nor a control character nor half a character. */
const VISIBLE = /[^\s\p{C}]/u;

/** A title to show, also where Plex has none. */
export function titleOf(item: Pick<ItemSummary, "title">, t: TFunction): string {
  return VISIBLE.test(item.title) ? item.title.trim() : t("library.untitled");
}

/** How much something holds: "3 seasons". */
export function countOf({ kind, child_count }: ItemSummary, t: TFunction): string | null {
  if (!child_count) return null;
  if (kind === "show") return t("library.children", { count: child_count });
  if (kind === "season") return t("library.count.episodes", { count: child_count });
  return t("library.count.titles", { count: child_count });
}

/** A length as people say it: "1 h 52 min". */
export function lengthOf(seconds: number, t: TFunction): string {
  const parts = lengthParts(seconds);
  return parts.hours > 0
    ? t("library.hours_minutes", parts)
    : t("library.minutes", { count: parts.minutes });
}
