/** At the end of the film: what comes next, when, and a word in it for who may (SPEC PB-27). */
import { Play, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Offer } from "@/lib/types";
import type { ClockSync } from "@/room/clocksync";
import { useCommands, useLive, useMay, useRoom } from "@/room/context";
import { openOffer } from "@/room/state";
import { mappedClock } from "@/sync/clock";
import { Button } from "@/ui/button";
import { Poster } from "@/ui/poster";
import { useNow } from "./useNow";

/** As long as the server gives (SPEC PB-27); the ring is full then. */
const LASTS_S = 10;

export function UpNext() {
  const offer = useRoom(openOffer);
  const out = useRoom((state) => state.out);
  return (
    <>
      <Said offer={offer} />
      {offer && !out && <Card key={`${offer.revision} ${offer.item.rating_key}`} offer={offer} />}
    </>
  );
}

/** Seconds until it begins by itself; null when it does not, or when its clock is not known. */
function useLeft(offer: Offer): number | null {
  const { connection } = useLive();
  return useNow(() => secondsLeft(offer, connection.clock), 250);
}

function secondsLeft({ ends_ms, clock_id }: Offer, clock: ClockSync): number | null {
  const now_ms = clock.now();
  if (ends_ms === null || now_ms === null || mappedClock(clock.state()) !== clock_id) return null;
  return Math.max(0, Math.ceil((ends_ms - now_ms) / 1000));
}

/** `S1 · E2 · Title`, as far as there is one. */
const nameOf = ({ item }: Offer) => [item.subtitle, item.title].filter(Boolean).join(" · ");

/** Told once for each offer, as soon as its time is known, and not each second. */
function Said({ offer }: { offer: Offer | null }) {
  const { t } = useTranslation();
  const { connection } = useLive();
  const [said, say] = useState("");
  useEffect(() => {
    say("");
    if (!offer) return;
    const title = nameOf(offer);
    const tell = () => {
      const count = secondsLeft(offer, connection.clock);
      if (count === null && offer.ends_ms !== null) return;
      clearInterval(waiting);
      say(count === null ? t("next.said", { title }) : t("next.said_in", { title, count }));
    };
    const waiting = setInterval(tell, 250);
    tell();
    return () => clearInterval(waiting);
  }, [offer, connection, t]);
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}

function Card({ offer }: { offer: Offer }) {
  const { t } = useTranslation();
  const may = useMay("playback.load");
  const { item } = offer;
  const left_s = useLeft(offer);
  return (
    <section
      aria-label={t("next.title")}
      className="absolute inset-e-3 bottom-28 z-11 grid w-96 max-w-[calc(100%-1.5rem)] animate-appear gap-3 rounded-2xl bg-raised/95 p-3 text-ink shadow-pop sm:inset-e-5 lying:inset-s-3 lying:inset-e-auto brief:inset-x-2 brief:bottom-22 brief:flex brief:w-auto brief:max-w-none brief:items-center brief:gap-1 brief:p-1 brief:ps-3"
    >
      <div className="flex min-w-0 flex-1 items-center gap-3 brief:gap-2">
        <Poster
          src={item.backdrop ?? item.poster}
          shape="wide"
          eager
          className="w-28 shrink-0 brief:hidden"
        />
        <div className="min-w-0 flex-1">
          <p className="tabular truncate text-dim text-xs">
            {t("next.title")}
            <span aria-hidden>{left_s !== null && ` ${t("next.in", { count: left_s })}`}</span>
          </p>
          <p className="title line-clamp-2 text-lg leading-tight brief:line-clamp-1 brief:text-sm">
            {item.title}
          </p>
          {item.subtitle && (
            <p className="truncate text-dim text-sm brief:hidden">{item.subtitle}</p>
          )}
        </div>
        {left_s !== null && <Ring left_s={left_s} />}
      </div>
      {may && <Buttons counts={left_s !== null} />}
    </section>
  );
}

const RADIUS = 17;
const ROUND = 2 * Math.PI * RADIUS;

/** What the words beside it say, as a picture. */
function Ring({ left_s }: { left_s: number }) {
  const share = Math.min(1, left_s / LASTS_S);
  return (
    <svg aria-hidden viewBox="0 0 40 40" className="size-10 shrink-0 brief:hidden">
      <circle cx="20" cy="20" r={RADIUS} fill="none" strokeWidth="3" className="stroke-lifted" />
      <circle
        cx="20"
        cy="20"
        r={RADIUS}
        fill="none"
        strokeWidth="3"
        strokeLinecap="round"
        strokeDasharray={ROUND}
        strokeDashoffset={ROUND * (1 - share)}
        transform="rotate(-90 20 20)"
        className="stroke-accent transition-[stroke-dashoffset] duration-1000 ease-linear motion-reduce:transition-none"
      />
      <text
        x="20"
        y="20"
        textAnchor="middle"
        dominantBaseline="central"
        className="tabular fill-ink font-medium text-sm"
      >
        {left_s}
      </text>
    </svg>
  );
}

function Buttons({ counts }: { counts: boolean }) {
  const { t } = useTranslation();
  const commands = useCommands();
  const [pressed, setPressed] = useState(false);
  const once = (act: () => Promise<unknown>) => {
    setPressed(true);
    void act().then((done) => done === null && setPressed(false));
  };
  const play = t(counts ? "next.play" : "next.play_some_time");
  return (
    <div className="flex gap-2 brief:gap-0">
      <Button
        tone="primary"
        size="sm"
        aria-label={play}
        disabled={pressed}
        onClick={() => once(commands.next)}
        className="flex-1 brief:size-11 brief:flex-none brief:px-0"
      >
        <Play />
        <span className="brief:hidden">{play}</span>
      </Button>
      <Button
        tone="ghost"
        size="sm"
        aria-label={t("next.stay")}
        disabled={pressed}
        onClick={() => once(commands.stay)}
        className="flex-1 brief:size-11 brief:flex-none brief:px-0"
      >
        <X className="hidden brief:block" />
        <span className="brief:hidden">{t("next.stay")}</span>
      </Button>
    </div>
  );
}
