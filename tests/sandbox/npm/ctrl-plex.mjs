// The npm package `@ctrl/plex`: account, library, search, playlists and alerts of the sandbox.
import { AlertListener, MyPlexAccount, PlexServer } from "@ctrl/plex";

const { SANDBOX_URL: url, SANDBOX_TOKEN: token, SANDBOX_ACCOUNT_TOKEN: accountToken } = process.env;

// The package asks plex.tv by its name.
const send = globalThis.fetch;
globalThis.fetch = (asked, options) =>
  typeof asked === "string" && asked.startsWith("https://plex.tv")
    ? send(asked.replace("https://plex.tv", url), options)
    : send(asked, options);

const account = await new MyPlexAccount(null, "", "", accountToken).connect();
const resource = await account.resource("Sandbox Cinema");
const server = await resource.connect();
const direct = new PlexServer(url, token);
await direct.connect();

const library = await server.library();
const section = await library.section("Movies");
const films = await section.all();
const found = await section.search({ title: "Test" });
const film = found[0];
await film.reload();
const shows = await (await library.section("TV Shows")).all();
const episodes = await shows[0].episodes();
const hubs = await server.search("test");

const alert = await new Promise((resolve, reject) => {
  const listener = new AlertListener(server, (heard) => {
    if (heard.type === "timeline") {
      listener.stop();
      resolve(heard);
    }
  });
  setTimeout(() => reject(new Error("no alert came")), 10_000).unref();
  listener.run().then(() =>
    send(`${url}/sandbox/items/${film.ratingKey}/rename`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ title: "Test Film, Renamed" }),
    }),
  );
});

console.log(
  JSON.stringify({
    account: account.title ?? account.username,
    name: server.friendlyName,
    same: server.machineIdentifier === direct.machineIdentifier,
    films: films.map((each) => each.title),
    found: found.map((each) => each.title),
    duration: film.duration,
    parts: film.media[0].parts.length,
    episodes: episodes.map((each) => each.title),
    hubs: hubs.filter((hub) => hub.size > 0).map((hub) => hub.type),
    alert: alert.TimelineEntry[0].title,
  }),
);
