/** A link to a room: the door for who is not inside yet, else the room. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { doorQuery } from "@/features/rooms/api";
import { DoorPage } from "@/features/rooms/DoorPage";
import { useMe } from "@/lib/account";
import { ApiError } from "@/lib/api";
import { Spinner } from "@/ui/spinner";
import { Trouble } from "@/ui/states";
import { EndPage } from "./EndPage";
import { takeInvite } from "./invite";
import { useRoomScene } from "./useScene";

const loadRoom = () => import("./Room");
const Room = lazy(loadRoom);
const route = getRouteApi("/r/$code");

export function RoomRoute() {
  const { code } = route.useParams();
  useRoomScene();
  return <Visit key={code} code={code} />;
}

function Visit({ code }: { code: string }) {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [invite] = useState(() => takeInvite(code));
  const [entered, setEntered] = useState(false);
  const [turnedBack, setTurnedBack] = useState(false);
  const me = useMe();
  const door = useQuery(doorQuery(code));
  useEffect(() => void loadRoom(), []);

  if (entered || (door.data?.you && !door.data.closed && !turnedBack)) {
    const back = () => {
      setTurnedBack(true);
      setEntered(false);
      void cache.invalidateQueries({ queryKey: ["me"] });
      void door.refetch();
    };
    return (
      <Suspense fallback={<Finding />}>
        <Room code={code} invite={invite} onTurnedBack={back} />
      </Suspense>
    );
  }
  if (door.error instanceof ApiError && door.error.status === 404)
    return <EndPage phase="unknown" />;
  if (door.error) {
    return (
      <main className="grid min-h-dvh place-items-center">
        <Trouble error={door.error} onRetry={() => void door.refetch()} />
      </main>
    );
  }
  if (!door.data || me.isPending) {
    return <Finding />;
  }
  return (
    <DoorPage
      door={door.data}
      account={me.data?.account ?? null}
      invite={invite}
      onEnter={() => setEntered(true)}
      onSignIn={() => void navigate({ to: "/sign-in", search: { next: `/r/${code}` } })}
    />
  );
}

function Finding() {
  const { t } = useTranslation();
  return (
    <main aria-busy className="grid min-h-dvh place-items-center">
      <p role="status" className="flex items-center gap-3 text-dim">
        <Spinner className="size-5" />
        {t("room.connecting")}
      </p>
    </main>
  );
}
