import { Film } from "lucide-react";
import { useState } from "react";
import { resolve } from "@/lib/api";
import { cn } from "@/ui/cn";

const BOX = "relative grid place-items-center overflow-hidden rounded-tile bg-raised";
let root: string | null = null;

/**
 * The picture of a card, in a box of fixed shape. Unlike `Poster` it neither fades in nor notes
 * when it has come: a slow phone shows dozens of them while it scrolls.
 */
export function CardPicture(props: { src: string | null; wide: boolean; eager: boolean }) {
  const [failed, setFailed] = useState(false);
  root ??= resolve("");
  return (
    <div className={cn(BOX, props.wide ? "aspect-video" : "aspect-2/3")}>
      {props.src && !failed ? (
        <img
          src={root + props.src}
          alt=""
          loading={props.eager ? "eager" : "lazy"}
          decoding="async"
          onError={() => setFailed(true)}
          className="size-full object-cover"
        />
      ) : (
        <Film aria-hidden className="size-8 text-faint" />
      )}
    </div>
  );
}
