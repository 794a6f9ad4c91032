import { Link, Outlet } from "@tanstack/react-router";
import { House, LibraryBig, Settings } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Boundary } from "@/ui/boundary";
import { Wordmark } from "@/ui/wordmark";

const PLACES = [
  { to: "/", key: "home", Icon: House },
  { to: "/library", key: "library", Icon: LibraryBig },
  { to: "/settings", key: "settings", Icon: Settings },
] as const;

/** The frame of every page outside of a room. */
export function Shell() {
  const { t } = useTranslation();
  return (
    <div className="min-h-dvh pb-20 sm:pb-0">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-3 focus:left-3 focus:z-50 focus:rounded-full focus:bg-accent focus:px-4 focus:py-3 focus:text-accent-ink"
      >
        {t("nav.skip")}
      </a>
      <header className="relative z-20 mx-auto flex h-18 max-w-7xl items-center justify-between px-4 sm:px-8">
        <Link
          to="/"
          aria-label={t("common.name")}
          className="flex min-h-11 items-center rounded-lg"
        >
          <Wordmark />
        </Link>
        <nav
          aria-label={t("nav.label")}
          className="fixed inset-x-0 bottom-0 z-30 flex justify-around bg-surface pb-[env(safe-area-inset-bottom)] shadow-pop sm:static sm:justify-end sm:gap-1 sm:bg-transparent sm:pb-0 sm:shadow-none"
        >
          {PLACES.map(({ to, key, Icon }) => (
            <Link
              key={to}
              to={to}
              activeOptions={{ exact: to === "/" }}
              className="flex min-h-14 min-w-20 flex-col items-center justify-center gap-0.5 rounded-full px-4 font-medium text-dim text-xs transition-colors hover:text-ink aria-[current=page]:text-accent-text sm:min-h-11 sm:min-w-0 sm:flex-row sm:gap-2 sm:text-sm sm:aria-[current=page]:bg-accent-wash"
            >
              <Icon aria-hidden className="size-5 sm:size-4.5" />
              {t(`nav.${key}`)}
            </Link>
          ))}
        </nav>
      </header>
      <main id="content" tabIndex={-1} className="-mt-18 pt-18 outline-none">
        <Boundary>
          <Outlet />
        </Boundary>
      </main>
    </div>
  );
}
