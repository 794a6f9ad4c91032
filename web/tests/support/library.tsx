/** Library pages in memory: a router of theirs, and a server that answers by path. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";

export type Answers = Record<string, unknown>;

/** Answers GETs by the longest beginning of their path that is given; everything else is 404. */
export function answering(answers: Answers): string[] {
  const asked: string[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation((input) => {
    const url = new URL(String(input));
    const path = url.pathname.replace(/^\/api\//, "") + url.search;
    asked.push(decodeURIComponent(path));
    const key = Object.keys(answers)
      .filter((each) => path.startsWith(each))
      .sort((a, b) => b.length - a.length)[0];
    const found = key === undefined ? undefined : answers[key];
    const body = typeof found === "function" ? found(url) : found;
    if (body === undefined)
      return Promise.resolve(Response.json({ code: "gone" }, { status: 404 }));
    return Promise.resolve(Response.json(body));
  });
  return asked;
}

export function showPage(children: ReactNode) {
  vi.spyOn(window, "scrollTo").mockReturnValue();
  const root = createRootRoute({ component: () => children });
  const history = createMemoryHistory({ initialEntries: ["/"] });
  const router = createRouter({ routeTree: root, history });
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={cache}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
}
