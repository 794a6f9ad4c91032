"""What a page knows of the room: `web/src/room/store.ts`, in Python."""

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
DURABLE = frozenset(
    {
        "member:joined",
        "member:left",
        "member:permitted",
        "host:changed",
        "queue:changed",
        "room:changed",
        "chat:message",
        "chat:deleted",
        "check:opened",
        "check:closed",
        "next:offered",
        "next:withdrawn",
    }
)
"""Events with a place of their own in the log; `playback:timeline` has one or is a beacon."""

_OFFER = ("item", "ends_ms", "clock_id", "queued", "revision")


class Store:
    """Snapshots and events come in; `gap` is called when something was missed."""

    def __init__(self, gap: Callable[[], None]) -> None:
        self._gap = gap
        self.epoch = 0
        self.seq = 0
        self.resume: Json | None = None
        self.timeline: Json | None = None
        self.room: Json = {}
        self.you: str | None = None
        self.members: dict[str, Json] = {}
        self.queue: list[Json] = []
        self.messages: dict[str, Json] = {}
        self.check: Json | None = None
        self.offer: Json | None = None
        self.clock_id: str | None = None
        self._announced = (0, -1)
        """(epoch, revision) of the newest timeline that came by an event or a join."""

    @property
    def host(self) -> str | None:
        return next((i for i, member in self.members.items() if member["host"]), None)

    @property
    def hosts(self) -> int:
        return sum(bool(member["host"]) for member in self.members.values())

    def final(self) -> Json:
        """What is known, in the form of the checker's records."""
        return {
            "epoch": self.epoch,
            "seq": self.seq,
            "timeline": self.timeline,
            "host": self.host,
            "members": list(self.members),
            "queue": [entry["id"] for entry in self.queue],
            "messages": {
                i: message["text"]
                for i, message in sorted(self.messages.items(), key=lambda pair: pair[1]["seq"])
            },
        }

    def joined(self, answer: Json) -> None:
        """The answer to a join: everything, or what was missed of the chat."""
        if answer["resumed"] != "replay":
            self.messages = {}
        self.messages |= {message["id"]: message for message in answer["messages"]}
        for message_id in answer["deleted"]:
            self._delete(message_id)
        self.room, self.queue, self.check = answer["room"], answer["queue"], answer["check"]
        self.you = answer["you"]["id"]
        self.members = {member["id"]: member for member in answer["members"]}
        self.epoch, self.seq = answer["epoch"], answer["seq"]
        self._took(answer)
        self.clock_id = answer["clock_id"]
        self._first_told(answer["timeline"])
        self.put_timeline(answer["timeline"])
        self.offer = answer["offer"]

    def _took(self, told: Json) -> None:
        """Nobody resumes from what the database may not have (SPEC WIRE-8)."""
        self.seq = told["seq"]
        if told.get("durable", True):
            self.resume = {"epoch": told["epoch"], "seq": told["seq"]}

    def put_timeline(self, timeline: Json) -> bool:
        """True when it was newer than what was known (SPEC PB-5)."""
        known = self.timeline
        if known is not None:
            newer = (timeline["epoch"], timeline["revision"]) > (known["epoch"], known["revision"])
            if not newer:
                return False
        self.timeline, self.offer = timeline, None
        return True

    def hear(self, event: str, payload: Json) -> None:
        if event == "playback:timeline":
            self._heard_timeline(payload)
        elif event == "member:changed":
            for member in payload["members"]:
                self._put_member(member)
            self._volatile(payload)
        elif event == "room:sync":
            self._volatile(payload)
        elif event in DURABLE:
            self._heard_durable(event, payload)

    def _heard_timeline(self, payload: Json) -> None:
        self.put_timeline(payload)
        if self._first_told(payload) and self._order(payload) == "next":
            self._took(payload)
        else:
            self._volatile(payload)

    def _first_told(self, timeline: Json) -> bool:
        """Whether this is a change and no beacon; an acknowledgement may have told it before."""
        place = (timeline["epoch"], timeline["revision"])
        first = place > self._announced
        self._announced = max(self._announced, place)
        return first

    def _heard_durable(self, event: str, payload: Json) -> None:
        place = self._order(payload)
        if place == "old":
            return
        if place == "next":
            self._took(payload)
        else:
            self._gap()
        self._apply(event, payload)

    def _apply(self, event: str, payload: Json) -> None:
        if event == "member:joined":
            self._put_member(payload["member"])
        elif event == "member:left":
            self.members.pop(payload["member_id"], None)
        elif event == "member:permitted":
            if payload["member_id"] in self.members:
                self._put_member({"id": payload["member_id"], "permits": payload["permits"]})
        elif event == "host:changed":
            chosen = payload["member_id"]
            self.members = {i: m | {"host": i == chosen} for i, m in self.members.items()}
        elif event == "queue:changed":
            self.queue = payload["queue"]
        elif event == "room:changed":
            self.room = payload["room"]
        elif event == "chat:message":
            self.messages[payload["message"]["id"]] = payload["message"]
        elif event == "check:opened":
            self.check = {name: payload[name] for name in ("by", "ends_ms", "clock_id")}
        elif event == "check:closed":
            self.check = None
        elif event == "next:offered":
            self.offer = {name: payload[name] for name in _OFFER}
        elif event == "next:withdrawn":
            self.offer = None
        elif event == "chat:deleted":
            self._delete(payload["message_id"])

    def _put_member(self, member: Json) -> None:
        self.members = self.members | {member["id"]: self.members.get(member["id"], {}) | member}

    def _delete(self, message_id: str) -> None:
        if message_id in self.messages:
            self.messages[message_id] = self.messages[message_id] | {"text": None}

    def _order(self, event: Json) -> str:
        if event["epoch"] != self.epoch:
            return "gap" if event["epoch"] > self.epoch else "old"
        if event["seq"] <= self.seq:
            return "old"
        return "next" if event["seq"] == self.seq + 1 else "gap"

    def _volatile(self, event: Json) -> None:
        if event["epoch"] > self.epoch or (
            event["epoch"] == self.epoch and event["seq"] > self.seq
        ):
            self._gap()
