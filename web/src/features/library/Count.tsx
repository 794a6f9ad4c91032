import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Library } from "@/lib/plexTypes";

/** How many titles there are; said aloud when it changes. `end` stands at the end of the line. */
export function Count(props: {
  count: number | null;
  of: Library["kind"] | "collections";
  end?: ReactNode;
}) {
  const { t } = useTranslation();
  const words = {
    movie: "films",
    show: "shows",
    other: "titles",
    collections: "collections",
  } as const;
  return (
    <div className="flex min-h-11 items-center justify-between gap-4">
      <p role="status" className="tabular text-faint text-sm">
        {props.count === null
          ? null
          : t(`library.count.${words[props.of]}`, { count: props.count })}
      </p>
      {props.end}
    </div>
  );
}
