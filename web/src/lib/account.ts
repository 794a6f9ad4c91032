/** Who is looking at this page, and how this server is set up. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiError, api } from "./api";
import type { Me, Setup } from "./types";

const NOBODY: Me = { account: null, guest: null };

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) =>
    api.get<Me>("api/auth/me", signal).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) return NOBODY;
      throw error;
    }),
  staleTime: 60_000,
});

export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: ({ signal }) => api.get<Setup>("api/setup", signal),
  staleTime: 60_000,
});

export const useMe = () => useQuery(meQuery);
export const useSetup = () => useQuery(setupQuery);

/** Signs out and forgets everything that was shown. */
export function useSignOut(then: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => api.post("api/auth/logout"),
    onSettled: () => {
      cache.clear();
      then();
    },
  });
}
