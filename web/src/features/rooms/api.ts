/** Rooms from the outside: those that are open, the door, invitations, settings. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiError, api } from "@/lib/api";
import type { Control, Door, Guest, Invite, Room, WaitPolicy } from "@/lib/types";

const at = (code: string, rest = "") => `api/rooms/${encodeURIComponent(code)}${rest}`;

export const roomsQuery = queryOptions({
  queryKey: ["rooms"],
  queryFn: ({ signal }) => api.get<{ rooms: Room[] }>("api/rooms", signal),
  refetchInterval: 10_000,
});

export const doorQuery = (code: string) =>
  queryOptions({
    queryKey: ["door", code],
    queryFn: ({ signal }) => api.get<Door>(at(code), signal),
    retry: (count, error) => !(error instanceof ApiError && error.status < 500) && count < 2,
  });

export function useStartParty(then: (room: Room) => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (what: { name?: string; server?: string; rating_key?: string }) =>
      api.post<Room>("api/rooms", what),
    onSuccess: (room) => {
      void cache.invalidateQueries({ queryKey: ["rooms"] });
      then(room);
    },
  });
}

export function useJoinAsGuest(code: string, then: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (who: { name: string; invite?: string }) =>
      api.post<{ guest: Guest }>(at(code, "/guests"), who),
    onSuccess: ({ guest }) => {
      cache.setQueryData(["me"], { account: null, guest });
      then();
    },
  });
}

export interface RoomChanges {
  name?: string;
  control?: Control;
  wait_policy?: WaitPolicy;
  invite_only?: boolean;
  autoplay?: boolean;
}

export const editRoom = (code: string, changes: RoomChanges) => api.patch<Room>(at(code), changes);
export const closeRoom = (code: string) => api.delete(at(code));
export const makeInvite = (code: string) => api.post<Invite>(at(code, "/invites"), {});
export const qrPath = (code: string) => at(code, "/qr.svg");
