/**
 * A bare page that takes part in a room of ours, with the product's connection, clock and source,
 * and follows the timeline by another program's rule. `join(code, name, rule)` begins.
 */
import { attachSource } from "@/features/player/hls";
import { api, resolve } from "@/lib/api";
import { openConnection } from "@/room/connection";
import { createRoomStore } from "@/room/store";
import { positionAt } from "@/sync/timeline";
import { rules } from "./rules";
import { followByTimingsrc } from "./timingsrc";

const READY_S = 2;

window.join = async (code, name, rule) => {
  const video = document.querySelector("video");
  if (name !== null) await api.post(`api/rooms/${code}/guests`, { name });
  const store = createRoomStore();
  const connection = openConnection(code, store);
  await until(() => store.getState().phase === "joined" && connection.clock.now() !== null);
  const ticket = await api.post(`api/rooms/${code}/ticket`);
  expose(video, connection, store);
  const head = () => store.getState().timeline;
  const expected_s = () => positionAt(head(), connection.clock.now() ?? 0);
  await attachSource(video, resolve(ticket.url), expected_s(), (why) => console.error(why));
  await until(() => video.readyState >= 1);
  if (rule === "timingsrc") byLibrary(video, connection, store, head);
  else byRule(video, connection, store, head, rules[rule]());
};

function byLibrary(video, connection, store, head) {
  const follow = followByTimingsrc(video, connection.clock);
  onTimelines(store, (timeline) => {
    // A timeline that is not in force yet would take the library back in time.
    const wait_ms = Math.max(0, timeline.as_of_ms - (connection.clock.now() ?? 0));
    setTimeout(() => timeline === head() && follow(timeline), wait_ms);
  });
  setInterval(() => tellReady(video, connection, head()), 50);
}

function byRule(video, connection, store, head, rule) {
  const now = () => connection.clock.now() ?? 0;
  let seek_cost_ms = 100;
  let sought_at = null;
  let starting;
  video.addEventListener("seeked", () => {
    if (sought_at !== null && !video.paused) seek_cost_ms = performance.now() - sought_at;
    sought_at = null;
  });
  const seek = (to_s) => {
    sought_at = performance.now();
    video.currentTime = to_s;
  };
  const start = () => {
    const to_s = positionAt(head(), now());
    if (Math.abs(video.currentTime - to_s) > 0.2) seek(to_s);
    void video.play();
  };
  onTimelines(store, (timeline) => {
    clearTimeout(starting);
    const wait_ms = rule.scheduled ? Math.max(0, timeline.as_of_ms - now()) : 0;
    const stand = () => {
      video.pause();
      video.playbackRate = 1;
      if (Math.abs(video.currentTime - timeline.position_s) > 0.001) seek(timeline.position_s);
    };
    starting = setTimeout(timeline.state === "playing" ? start : stand, wait_ms);
  });
  let easing;
  setInterval(() => {
    if (head().state !== "playing" || video.paused || video.seeking || now() < head().as_of_ms) {
      return;
    }
    const at_s = video.currentTime;
    const expected_s = positionAt(head(), now());
    const error_ms = (at_s - expected_s) * 1_000;
    const answer = rule.ask({ error_ms, expected_s, at_ms: performance.now(), seek_cost_ms });
    if (answer?.seek_s !== undefined) seek(answer.seek_s);
    if (answer?.rate === undefined) return;
    video.playbackRate = answer.rate;
    clearTimeout(easing);
    if (answer.for_ms) easing = setTimeout(() => (video.playbackRate = 1), answer.for_ms);
  }, rule.every_ms);
  setInterval(() => tellReady(video, connection, head()), 50);
}

let told = "";

/** In its place with enough ahead: the room may start (SPEC PB-10). */
function tellReady(video, connection, timeline) {
  const { buffered, currentTime: at_s } = video;
  let ahead_s = 0;
  for (let i = 0; i < buffered.length; i++) {
    if (buffered.start(i) <= at_s + 0.1 && at_s <= buffered.end(i)) ahead_s = buffered.end(i) - at_s;
  }
  const there = timeline.state === "playing" || Math.abs(at_s - timeline.position_s) < 0.05;
  if (!there || video.seeking || ahead_s < READY_S) return;
  const place = `${timeline.epoch} ${timeline.revision}`;
  if (told === place) return;
  told = place;
  connection.ready(true, timeline.revision);
}

function onTimelines(store, take) {
  let known = null;
  const look = () => {
    const { timeline } = store.getState();
    if (timeline && timeline !== known) take((known = timeline));
  };
  look();
  store.subscribe(look);
}

function expose(video, connection, store) {
  const { clock } = connection;
  const expected = () => {
    const { timeline } = store.getState();
    return timeline && clock.now() !== null ? positionAt(timeline, clock.now()) : Number.NaN;
  };
  window.__watchtogether = {
    serverNow: () => clock.now() ?? Number.NaN,
    expected,
    drift: () => video.currentTime - expected(),
    state: () => ({
      phase: store.getState().phase,
      state: store.getState().timeline?.state ?? null,
      uncertainty_ms: clock.uncertainty_ms(),
      motion: video.paused ? "stopped" : "running",
      muted: video.muted,
    }),
  };
}

async function until(look) {
  while (!look()) await new Promise((done) => setTimeout(done, 20));
}
