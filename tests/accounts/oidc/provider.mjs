// A provider on a free port of this machine. Arguments: the redirect URIs of its one client.
// Whoever signs in is who they say they are: the name typed is the account's id.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "watchtogether",
        client_secret: "a secret that only both of us know, 32+",
        redirect_uris: process.argv.slice(2),
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    claims: { openid: ["sub"], profile: ["name", "preferred_username"] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id, name: `${id} of the provider` }),
    }),
    cookies: { keys: ["for this run alone"] },
  });
  server.on("request", provider.callback());
  console.log(JSON.stringify({ issuer }));
});
