import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { keep, kept } from "@/lib/kept";
import { serversQuery } from "./api";

/** The Plex server whose libraries are shown: the one chosen last, else the first that is there. */
export function useServer() {
  const query = useQuery(serversQuery);
  const [chosen, setChosen] = useState(() => kept("server"));
  const servers = query.data ?? [];
  const server =
    servers.find((each) => each.id === chosen) ?? servers.find((each) => each.online) ?? servers[0];
  return {
    query,
    servers,
    server: server ?? null,
    choose(id: string) {
      keep("server", id);
      setChosen(id);
    },
  };
}
