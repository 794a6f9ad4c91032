import { Film } from "lucide-react";
import { useState } from "react";
import { resolve } from "@/lib/api";
import { cn } from "./cn";

const SHAPES = { poster: "aspect-2/3", wide: "aspect-video", square: "aspect-square" };

/** A picture in a box of fixed shape, so that nothing moves when it arrives. */
export function Poster(props: {
  src: string | null;
  shape?: keyof typeof SHAPES;
  eager?: boolean;
  className?: string;
}) {
  const [state, setState] = useState<"loading" | "shown" | "missing">(
    props.src ? "loading" : "missing",
  );
  return (
    <div
      className={cn(
        "relative overflow-hidden rounded-tile bg-raised",
        SHAPES[props.shape ?? "poster"],
        props.className,
      )}
    >
      {props.src && state !== "missing" && (
        <img
          src={resolve(props.src)}
          alt=""
          loading={props.eager ? "eager" : "lazy"}
          decoding="async"
          onLoad={() => setState("shown")}
          onError={() => setState("missing")}
          className={cn(
            "size-full object-cover transition-opacity duration-200",
            state === "loading" && "opacity-0",
          )}
        />
      )}
      {state === "missing" && (
        <Film aria-hidden className="absolute inset-0 m-auto size-8 text-faint" />
      )}
    </div>
  );
}

/**
 * The light of what is on: its backdrop behind the head of a page. Text stands on it, so it stays
 * dim, and by day it is no more than a tint.
 */
export function Ambience({ src }: { src: string | null }) {
  if (!src) return null;
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute inset-x-0 top-0 h-[min(82vh,46rem)] overflow-hidden"
    >
      <img
        src={resolve(src)}
        alt=""
        className="fade-foot ambience size-full object-cover object-[50%_25%]"
      />
      <div className="absolute inset-x-0 top-0 h-24 bg-linear-to-b from-bg/70 to-transparent" />
    </div>
  );
}
