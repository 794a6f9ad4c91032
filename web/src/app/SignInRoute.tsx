import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { SignInPage } from "@/features/signin/SignInPage";

const route = getRouteApi("/sign-in");

export function SignInRoute() {
  const { next, problem } = route.useSearch();
  const navigate = useNavigate();
  // Only a path of our own: an address from outside must not be followed.
  const safe = next?.startsWith("/") && !next.startsWith("//") ? next : "/";
  const done = useCallback(() => void navigate({ to: safe as "/" }), [navigate, safe]);
  return <SignInPage next={safe} {...(problem ? { problem } : {})} onDone={done} />;
}
