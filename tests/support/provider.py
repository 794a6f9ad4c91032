"""A real OpenID Connect provider (npm `oidc-provider`), and a person who signs in there."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx2

from tests.support.npm import NODE, installed

FOLDER = Path(__file__).parents[1] / "accounts" / "oidc"
CLIENT_ID, CLIENT_SECRET = "watchtogether", "a secret that only both of us know, 32+"


@contextlib.contextmanager
def oidc_provider(*redirect_uris: str) -> Iterator[str]:
    """Its issuer, while it runs."""
    command = [str(NODE), str(installed(FOLDER) / "provider.mjs"), *redirect_uris]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["issuer"]
        finally:
            process.kill()


async def approve(address: str, name: str, back_at: str) -> str:
    """Sign in there as `name` and consent; the address that the browser is sent back to."""
    async with httpx2.AsyncClient() as browser:
        answer = await browser.get(address)
        for _ in range(10):
            while answer.is_redirect:
                target = urljoin(str(answer.url), answer.headers["location"])
                if target.startswith(back_at):
                    return target
                answer = await browser.get(target)
            assert answer.status_code == 200, answer.text
            prompt = "login" if 'value="login"' in answer.text else "consent"
            form = {"prompt": prompt, "login": name, "password": "any"}
            answer = await browser.post(str(answer.url), data=form)
        raise AssertionError("the provider never sent the browser back")
