/**
 * A link to a title. Leaner than the router's own, of which a few dozen at once make a slow phone
 * stutter while it scrolls.
 */
import { useRouter } from "@tanstack/react-router";
import type { ComponentProps, MouseEvent } from "react";
import { basePath } from "@/lib/api";
import type { ItemSummary } from "@/lib/plexTypes";
import { titleLink } from "./words";

type Which = Pick<ItemSummary, "server" | "rating_key" | "kind">;

export function TitleLink({ item, ...rest }: Omit<ComponentProps<"a">, "href"> & { item: Which }) {
  const router = useRouter();
  const go = (event: MouseEvent) => {
    const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (event.defaultPrevented || event.button !== 0 || elsewhere) return;
    event.preventDefault();
    void router.navigate(titleLink(item));
  };
  const soon = () => void router.preloadRoute(titleLink(item)).catch(() => undefined);
  return <a {...rest} href={hrefOf(item)} onClick={go} onPointerEnter={soon} />;
}

function hrefOf({ server, rating_key, kind }: Which): string {
  const path = [server, rating_key].map(encodeURIComponent).join("/");
  return `${basePath()}/title/${path}${kind === "playlist" ? "?kind=playlist" : ""}`;
}
