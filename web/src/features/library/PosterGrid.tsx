/** The titles of a section, however many: posters, how many there are, and the letters beside. */
import { useQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Library } from "@/lib/plexTypes";
import { Button } from "@/ui/button";
import { Empty, Trouble } from "@/ui/states";
import { lettersQuery } from "./api";
import type { Take } from "./Card";
import { Count } from "./Count";
import { LetterRail } from "./LetterRail";
import { FromBefore } from "./notes";
import { byTitle, type Listing } from "./place";
import { useFirstPage, usePages } from "./usePages";
import { useWindowedRows } from "./useWindowedRows";
import { WindowedGrid } from "./WindowedGrid";

const FIRST_GUESS = 24;
/** Below that many titles one finds one's way without letters. */
const WORTH_LETTERS = 40;

interface Props {
  server: string;
  library: Library;
  listing: Listing;
  onTake?: Take | undefined;
  onClear: () => void;
  /** Stands beside the count. */
  end: ReactNode;
}

export function PosterGrid(props: Props) {
  const { t } = useTranslation();
  const { server, library, listing } = props;
  const first = useFirstPage(server, library.key, listing);
  const total = first.data?.total ?? null;
  if (first.error) return <Trouble error={first.error} onRetry={() => void first.refetch()} />;
  if (total !== 0) return <Titles {...props} total={total} />;
  return (
    <>
      <Count count={0} of={library.kind} end={props.end} />
      {listing.filter ? (
        <Empty icon={<SearchX />} title={t("library.none_match")}>
          <Button onClick={props.onClear}>{t("library.clear_filters")}</Button>
        </Empty>
      ) : (
        <Empty title={t("library.empty")} />
      )}
    </>
  );
}

function Titles(props: Props & { total: number | null }) {
  const { t } = useTranslation();
  const { server, library, listing, total } = props;
  const rows = useWindowedRows(total ?? FIRST_GUESS);
  const pages = usePages({
    server,
    library: library.key,
    listing,
    from: rows.from,
    to: rows.to,
    total: total ?? 0,
  });
  const lettered = byTitle(listing) && (total ?? 0) >= WORTH_LETTERS;
  const letters = useQuery({
    ...lettersQuery(server, library.key, { filter: listing.filter }),
    enabled: lettered,
  });
  return (
    <>
      <Count count={total} of={library.kind} end={props.end} />
      <FromBefore stale={pages.stale} />
      <div className="flex items-start gap-1 sm:gap-4">
        <div className="min-w-0 flex-1">
          <WindowedGrid
            rows={rows}
            items={pages.items}
            total={total ?? -1}
            label={library.title}
            busy={total === null}
            onTake={props.onTake}
          />
        </div>
        {lettered && (
          <LetterRail letters={letters.data ?? []} first={rows.first} onJump={rows.scrollTo} />
        )}
      </div>
      {pages.error && (
        <div
          role="alert"
          className="sticky bottom-20 z-20 mx-auto mt-4 flex w-fit max-w-full items-center gap-2 rounded-full bg-raised py-1 pr-1 pl-5 text-sm shadow-pop sm:bottom-4"
        >
          {t("library.page_failed")}
          <Button tone="link" size="sm" onClick={pages.retry}>
            {t("common.try_again")}
          </Button>
        </div>
      )}
    </>
  );
}
