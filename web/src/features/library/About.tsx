/** What a title is about, and who plays in it. */
import { useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Item } from "@/lib/plexTypes";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";

/** The text, a few lines of it until one wants to read on. */
export function Summary({ text }: { text: string }) {
  const { t } = useTranslation();
  const [whole, setWhole] = useState(false);
  const [cut, setCut] = useState(false);
  const paragraph = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => {
    const found = paragraph.current;
    if (found && !whole) setCut(found.scrollHeight > found.clientHeight + 4);
  }, [whole]);
  return (
    <div className="max-w-prose">
      <p
        ref={paragraph}
        dir="auto"
        className={cn(
          "whitespace-pre-line text-pretty break-words text-dim leading-relaxed",
          !whole && "line-clamp-5",
        )}
      >
        {text}
      </p>
      {cut && !whole && (
        <Button tone="link" size="inline" className="min-h-11" onClick={() => setWhole(true)}>
          {t("library.read_on")}
        </Button>
      )}
    </div>
  );
}

const FOREMOST = 8;

export function Cast({ cast }: { cast: Item["cast"] }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const shown = all ? cast : cast.slice(0, FOREMOST);
  return (
    <section aria-labelledby="cast">
      <h2 id="cast" className="mb-2 font-medium text-sm">
        {t("library.cast")}
      </h2>
      <ul className="grid grid-cols-2 gap-x-5 gap-y-3 text-sm lg:grid-cols-4">
        {shown.map((each, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: somebody may play twice
          <li key={i} className="min-w-0">
            <p dir="auto" className="line-clamp-2 break-words">
              {each.name}
            </p>
            <p dir="auto" className="line-clamp-2 break-words text-faint">
              {each.role}
            </p>
          </li>
        ))}
      </ul>
      {cast.length > FOREMOST && !all && (
        <Button tone="link" size="inline" className="min-h-11" onClick={() => setAll(true)}>
          {t("library.whole_cast", { count: cast.length })}
        </Button>
      )}
    </section>
  );
}
