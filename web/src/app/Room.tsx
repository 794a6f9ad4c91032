/** What a room needs once somebody is inside; loaded while they still stand at the door. */
import { RoomProvider } from "@/room/context";
import { Boundary } from "@/ui/boundary";
import { RoomPage } from "./RoomPage";

export default function Room(props: {
  code: string;
  invite: string | null;
  onTurnedBack: () => void;
}) {
  return (
    <Boundary>
      <RoomProvider code={props.code} invite={props.invite}>
        <RoomPage onTurnedBack={props.onTurnedBack} />
      </RoomProvider>
    </Boundary>
  );
}
