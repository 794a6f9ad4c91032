/** Signing in, making the first account, linking Plex. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "@/lib/api";
import type { PlexPin, PlexPinStatus } from "@/lib/plexTypes";
import type { Account } from "@/lib/types";

export interface Credentials {
  username: string;
  password: string;
  display_name?: string;
  setup_code?: string;
}

/** Signs in or registers; afterwards the page knows who is there. */
export function useEnter(path: "login" | "register") {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (credentials: Credentials) =>
      api.post<{ account: Account }>(`api/auth/${path}`, credentials),
    onSuccess: ({ account }) => {
      cache.setQueryData(["me"], { account, guest: null });
      void cache.invalidateQueries({ queryKey: ["setup"] });
    },
  });
}

const POLL_MS = 2_000;

/** The PIN dance with Plex: a code, a page in a new tab, and a question every two seconds. */
export function usePlexPin(onDone: () => void) {
  const cache = useQueryClient();
  const [pin, setPin] = useState<PlexPin | null>(null);
  const begin = useMutation({
    mutationFn: () => api.post<PlexPin>("api/auth/plex/pin"),
    onSuccess: setPin,
  });
  const poll = useQuery({
    queryKey: ["pin", pin?.id],
    queryFn: ({ signal }) =>
      api.get<PlexPinStatus>(`api/auth/plex/pin/${encodeURIComponent(pin?.id ?? "")}`, signal),
    enabled: pin !== null,
    refetchInterval: (query) => (query.state.data?.status === "pending" ? POLL_MS : false),
    refetchIntervalInBackground: true,
    gcTime: 0,
  });
  const status = poll.data?.status;
  useEffect(() => {
    if (status !== "approved") return;
    setPin(null);
    void cache.invalidateQueries().then(onDone);
  }, [status, cache, onDone]);

  return {
    pin,
    expired: status === "expired",
    busy: begin.isPending,
    error: begin.error ?? poll.error,
    /** Opens the tab at once, inside the click, or the browser would block it. */
    start() {
      const tab = window.open("about:blank", "_blank");
      begin.mutate(undefined, {
        onSuccess: (made) => {
          if (!tab) return;
          tab.opener = null;
          tab.location.href = made.url;
        },
        onError: () => tab?.close(),
      });
    },
    cancel: () => setPin(null),
  };
}
