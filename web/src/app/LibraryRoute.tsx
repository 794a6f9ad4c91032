import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { LibraryBrowser } from "@/features/library/LibraryBrowser";

const route = getRouteApi("/inside/library");

export function LibraryRoute() {
  const { t } = useTranslation();
  const place = route.useSearch();
  const navigate = useNavigate();
  return (
    <div className="mx-auto max-w-7xl px-4 pt-6 pb-16 sm:px-8 sm:pt-10">
      <h1 className="title mb-5 text-4xl">{t("library.title")}</h1>
      <LibraryBrowser
        place={place}
        onPlace={(next, how) =>
          void navigate({
            to: "/library",
            search: next,
            replace: how === "typing",
            resetScroll: false,
          })
        }
      />
    </div>
  );
}
