// The npm package `plex-api`: what it makes of the sandbox, as one line of JSON.
import PlexAPI from "plex-api";

const { SANDBOX_HOST: hostname, SANDBOX_PORT: port, SANDBOX_TOKEN: token } = process.env;
const client = new PlexAPI({ hostname, port: Number(port), token });

const root = await client.query("/");
const sections = await client.query("/library/sections");
const movies = sections.MediaContainer.Directory.find((section) => section.type === "movie");
const listed = await client.query(`/library/sections/${movies.key}/all`);
const page = await client.query({
  uri: `/library/sections/${movies.key}/all`,
  extraHeaders: { "X-Plex-Container-Start": "1", "X-Plex-Container-Size": "1" },
});
const item = await client.query(listed.MediaContainer.Metadata[0].key);
const picture = await client.query(listed.MediaContainer.Metadata[0].thumb);
const refused = await new PlexAPI({ hostname, port: Number(port), token: "wrong" })
  .query("/library/sections")
  .then(
    () => "let in",
    (error) => error.message,
  );
await client.perform(`/:/scrobble?key=${item.MediaContainer.Metadata[0].ratingKey}`);
const seen = await client.find("/library/sections", { type: "movie" });

console.log(
  JSON.stringify({
    name: root.MediaContainer.friendlyName,
    sections: sections.MediaContainer.Directory.map((section) => section.title),
    listed: listed.MediaContainer.Metadata.map((each) => each.title),
    total: page.MediaContainer.totalSize,
    streams: item.MediaContainer.Metadata[0].Media[0].Part[0].Stream.length,
    pictureBytes: picture.length,
    refused,
    found: seen.map((section) => section.title),
  }),
);
