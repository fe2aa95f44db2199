"""`kondate up`: the whole picture on loopback until a signal comes."""

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine, Mapping

from entrypoints.local.greeting import curl_lines, greeting
from entrypoints.local.issuer_keys import KeyFolder
from entrypoints.local.issuer_tokens import Grant, issue_token
from entrypoints.local.picture import Picture, UpOptions, running_picture
from entrypoints.local.private_file import write_privately
from entrypoints.local.supervisor import Report

SUBJECT = "cook"
SCOPES = ("recipe:read", "recipe:write", "report:generate", "plan:write", "ingredient:write")
TOKEN_SECONDS = 43_200
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def up(
    environment: Mapping[str, str],
    options: UpOptions,
    *,
    report: Report,
    show: Callable[[str], None],
) -> None:
    """Run everything until a signal comes, then stop it.

    `environment` is the raw one, `KONDATE_…` variables and all. `report` takes one line for each child that died or
    came back; `show` takes what to print when all is ready. Raises LocalError or SettingsError where it cannot start.
    """
    await run_until_signalled(_stay_up(environment, options, report, show))


async def run_until_signalled(work: Coroutine[None, None, None]) -> None:
    """Do the work; at the first SIGINT, SIGTERM or SIGHUP cancel it and wait for its clean-up, as a normal end."""
    loop = asyncio.get_running_loop()
    signalled = asyncio.Event()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, signalled.set)
    working, waiting = asyncio.create_task(work), asyncio.create_task(signalled.wait())
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            working.cancel()
        # A cancelled end is what the signal asked for; any other failure is passed on.
        [outcome] = await asyncio.gather(working, return_exceptions=True)
    finally:
        waiting.cancel()
        for number in STOP_SIGNALS:
            loop.remove_signal_handler(number)
    if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
        raise outcome


async def _stay_up(
    environment: Mapping[str, str],
    options: UpOptions,
    report: Report,
    show: Callable[[str], None],
) -> None:
    clock = asyncio.get_running_loop().time
    began = clock()
    async with running_picture(environment, options, report) as picture:
        ready_seconds = clock() - began
        try:
            show(_greet(picture, ready_seconds))
            await asyncio.Event().wait()
        finally:
            picture.folder.token_file.unlink(missing_ok=True)


def _greet(picture: Picture, ready_seconds: float) -> str:
    if picture.places.issuer_port is None:
        return greeting(picture, None, (), ready_seconds)
    now = time.time()
    grant = Grant(
        issuer=picture.settings.issuer,
        audience=picture.settings.audience[0],
        subject=SUBJECT,
        scopes=SCOPES,
        expires_in_seconds=TOKEN_SECONDS,
    )
    token = issue_token(KeyFolder(picture.folder.keys_dir).load(now), grant, now=now)
    write_privately(picture.folder.token_file, token)
    curls = curl_lines(picture.gateway_url, picture.folder.token_file, picture.trusted_file)
    return greeting(picture, token, curls, ready_seconds)
