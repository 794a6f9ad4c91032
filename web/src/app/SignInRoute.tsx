import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useCallback } from "react";
import { SignInPage } from "@/features/signin/SignInPage";

const route = getRouteApi("/sign-in");

export function SignInRoute() {
  const { next } = route.useSearch();
  const router = useRouter();
  // Only a path of our own: an address from outside must not be followed.
  const safe = next?.startsWith("/") && !next.startsWith("//") ? next : "/";
  const done = useCallback(
    () => router.history.push(router.history.createHref(safe)),
    [router, safe],
  );
  return <SignInPage onDone={done} />;
}
