/** The pages and their addresses. Who may see a page is decided here; the server decides again. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { type Place, placeFrom } from "@/features/library/place";
import { meQuery, setupQuery } from "@/lib/account";
import { basePath } from "@/lib/api";
import { Broken } from "@/ui/boundary";
import { FirstRunRoute } from "./FirstRunRoute";
import { LostPage } from "./LostPage";
import { Shell } from "./Shell";
import { SignInRoute } from "./SignInRoute";

const root = createRootRouteWithContext<{ cache: QueryClient }>()({
  component: Outlet,
  notFoundComponent: LostPage,
  errorComponent: Broken,
});

/** Pages of people with an account. Others go where they can become one. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    const me = await context.cache.ensureQueryData(meQuery);
    if (me.account) return;
    const setup = await context.cache.ensureQueryData(setupQuery);
    if (setup.first_run) throw redirect({ to: "/welcome" });
    if (me.guest) throw redirect({ to: "/r/$code", params: { code: me.guest.room_code } });
    throw redirect({ to: "/sign-in", search: { next: location.pathname } });
  },
});

const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  component: lazyRouteComponent(() => import("./HomePage"), "HomePage"),
});

/** What a way back from a provider may bring along: the code of what went wrong there. */
interface Problem {
  problem?: string | undefined;
}

const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);

const library = createRoute({
  getParentRoute: () => inside,
  path: "/library",
  component: lazyRouteComponent(() => import("./LibraryRoute"), "LibraryRoute"),
  validateSearch: (search: Record<string, unknown>): Place => placeFrom(search),
});

const title = createRoute({
  getParentRoute: () => inside,
  path: "/title/$server/$key",
  component: lazyRouteComponent(() => import("./TitleRoute"), "TitleRoute"),
  validateSearch: (search: Record<string, unknown>): { kind?: "playlist" } =>
    search.kind === "playlist" ? { kind: "playlist" } : {},
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: "/settings",
  validateSearch: (search: Record<string, unknown>): Problem => ({ problem: text(search.problem) }),
  component: lazyRouteComponent(() => import("./SettingsRoute"), "SettingsRoute"),
});

const admin = createRoute({
  getParentRoute: () => inside,
  path: "/admin",
  component: lazyRouteComponent(() => import("./AdminRoute"), "AdminRoute"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: SignInRoute,
  validateSearch: (search: Record<string, unknown>): Problem & { next: string | undefined } => ({
    next: text(search.next),
    problem: text(search.problem),
  }),
  beforeLoad: async ({ context }) => {
    const setup = await context.cache.ensureQueryData(setupQuery);
    if (setup.first_run) throw redirect({ to: "/welcome" });
  },
});

const welcome = createRoute({
  getParentRoute: () => root,
  path: "/welcome",
  component: FirstRunRoute,
});

const room = createRoute({
  getParentRoute: () => root,
  path: "/r/$code",
  component: lazyRouteComponent(() => import("./RoomRoute"), "RoomRoute"),
});

const tree = root.addChildren([
  inside.addChildren([home, library, title, settings, admin]),
  signIn,
  welcome,
  room,
]);

export function createPageRouter(cache: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { cache },
    basepath: basePath() || "/",
    scrollRestoration: true,
    defaultPreload: "intent",
    defaultPreloadStaleTime: 30_000,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createPageRouter>;
  }
}
