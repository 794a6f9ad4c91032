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

/** The light of what is on: its backdrop, blurred and dimmed, behind a page. */
export function Ambience({ src, sharp = false }: { src: string | null; sharp?: boolean }) {
  if (!src) return null;
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute inset-x-0 top-0 h-[min(78vh,44rem)] overflow-hidden"
    >
      <img
        src={resolve(src)}
        alt=""
        className={cn(
          "fade-foot size-full object-cover",
          sharp ? "opacity-55" : "scale-110 opacity-35 blur-3xl saturate-125",
        )}
      />
    </div>
  );
}
