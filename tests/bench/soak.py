"""Soak: many harvests with random changes, faults and kills; afterwards everything must be equal.

    ./hue bench soak [--harvests N] [--tables N] [--seed N] [--minutes N]

docs/benchmarks.md says what is done and what is checked.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack

from harvesting import portal
from harvesting.sandboxes import Platform, platform
from measuring import entry, portal_arm
from measuring.children import BenchError
from soaking import checks
from soaking.fleet import Fleet, fleet, wait_until_idle
from soaking.upheaval import Upheaval

from stack import postgres
from stack.arguments import Parser
from stack.steps import say, seconds, step, warn

SOURCE = "ngam"
ROWS = 100
# That the sandbox lists first and cannot change, at most; they are taken out of its listing.
FIXED_TABLES = 60
KEPT_JOBS = 20
# Short, so that what a killed worker held is taken up within seconds; the meaning stays the same.
SETTINGS = {
    "ckanext.hue.harvest.batch_size": "4",
    "ckanext.hue.harvest.lease": "5",
    "ckanext.hue.harvest.kept_jobs": str(KEPT_JOBS),
    "ckanext.hue.scheduler.tick": "1",
}
JOB_SECONDS = 300
LAST_HARVESTS = 5
IDLE_SECONDS = 600
POLL_SECONDS = 0.2
TOLD_EVERY = 10
WORKER_KILLED, SCHEDULER_KILLED = 0.4, 0.1  # of the harvests
LATEST_KILL_SECONDS = 6


def parser() -> Parser:
    """Return the description of the command line."""
    given = Parser(prog="./hue bench soak", description="Thu thập nhiều lần với lỗi và tiến trình bị giết.")
    given.add_argument("--harvests", type=int, default=200, metavar="N", help="số lần thu thập (200)")
    given.add_argument("--tables", type=int, default=20, metavar="N", help="số bảng của nguồn (20)")
    given.add_argument("--seed", type=int, default=5, metavar="N", help="hạt giống của ngẫu nhiên (5)")
    given.add_argument(
        "--minutes", type=float, default=90, metavar="N", help="dừng gây lỗi sau số phút này (90)"
    )
    return given


def configure() -> None:
    """Give the portal of the bench the soak's settings."""
    text = portal.SITE.ini.read_text(encoding="utf-8")
    lines = "".join(f"{name} = {value}\n" for name, value in SETTINGS.items())
    portal.SITE.ini.write_text(text.replace("[app:main]\n", f"[app:main]\n{lines}", 1), encoding="utf-8")


def harvest(running: Fleet, kills: dict[str, float]) -> portal.Job:
    """Let the scheduler start a harvest, kill processes at their moments (seconds), and wait for its end."""
    before = _newest()
    postgres.psql(
        "UPDATE hue_harvest_source SET every_minutes = 10000, next_run = now()", portal.SITE.database
    )
    start = time.monotonic()
    pending = dict(kills)
    while True:
        now = time.monotonic() - start
        for name in [name for name, moment in pending.items() if moment <= now]:
            running.kill(name)
            del pending[name]
        if not pending and _newest() != before:
            job = portal.last_job(SOURCE)
            if job.state not in portal.ACTIVE:
                return job
        running.look()
        if now > JOB_SECONDS:
            raise BenchError(f"Một lần thu thập kẹt quá {JOB_SECONDS} giây: {portal.last_job(SOURCE)}.")
        time.sleep(POLL_SECONDS)


def _newest() -> str:
    return postgres.psql(
        "SELECT id FROM hue_harvest_job ORDER BY created DESC LIMIT 1", portal.SITE.database
    ).strip()


def disturb(upheaval: Upheaval, running: Fleet, harvests: int, minutes: float) -> int:
    """Harvest again and again under changes, faults and kills; how often."""
    deadline, failed = time.monotonic() + minutes * 60, 0
    for number in range(1, harvests + 1):
        if time.monotonic() > deadline:
            warn(f"  Hết {minutes:g} phút sau {number - 1} lần thu thập.")
            return number - 1
        upheaval.strike()
        chance, kills = upheaval.chance, {}
        if chance.random() < WORKER_KILLED:
            kills[chance.choice(("worker-1", "worker-2"))] = chance.uniform(0.5, LATEST_KILL_SECONDS)
        if chance.random() < SCHEDULER_KILLED:
            kills["scheduler"] = chance.uniform(0, LATEST_KILL_SECONDS)
        job = harvest(running, kills)
        failed += job.items.get("failed", 0)
        if number % TOLD_EVERY == 0:
            say(
                f"  {number}/{harvests} lần; {upheaval.touched.total()} thay đổi,"
                f" {upheaval.faults} lỗi được gây,"
                f" {sum(running.kills.values())} tiến trình bị giết, {failed} bảng lỗi trong báo cáo"
            )
    return harvests


def calm_down(source: Platform, running: Fleet) -> None:
    """No more faults: harvest until nothing is left to do."""
    source.heal()
    for _ in range(LAST_HARVESTS):
        job = harvest(running, {})
        if job.state == "finished" and not job.items:
            break
    else:
        raise BenchError(f"Sau {LAST_HARVESTS} lần thu thập không lỗi vẫn còn việc: {job}.")
    if not wait_until_idle(IDLE_SECONDS):
        raise BenchError("Hàng đợi không cạn.")
    portal.call("tidy")


def soak(harvests: int, tables: int, seed: int, minutes: float) -> list[str]:
    """Do all of it; what differs at the end."""
    with ExitStack() as stack:
        with step("Dựng cổng để ngâm"):
            stack.enter_context(portal_arm.site())
        configure()
        with platform(tables + FIXED_TABLES, rows=ROWS, seed=seed) as source, fleet() as running:
            portal.add_source(SOURCE, source.address)
            upheaval = Upheaval(source, tables, ROWS, seed)
            done = disturb(upheaval, running, harvests, minutes)
            say("  Hết lỗi; thu thập đến khi yên")
            calm_down(source, running)
            wrong = checks.differences(source, upheaval.touched, upheaval.removed, KEPT_JOBS)
            killed = ", ".join(f"{name} {times}" for name, times in running.kills.items())
            say(
                f"\n{done} lần thu thập {tables} bảng (hạt giống {seed}):"
                f" {upheaval.touched.total()} thay đổi, {upheaval.faults} lỗi được gây,"
                f" tiến trình bị giết: {killed}."
            )
            return wrong


def main(arguments: Sequence[str]) -> int:
    """Soak and judge. Returns the exit code."""
    given = parser().parse_args(arguments)
    start = time.monotonic()
    with entry.alone():
        wrong = soak(given.harvests, given.tables, given.seed, given.minutes)
    for sentence in wrong:
        warn(f"  ✗ {sentence}")
    if wrong:
        warn(f"Có {len(wrong)} điều khác nhau ({seconds(time.monotonic() - start)}).")
        return 1
    took = seconds(time.monotonic() - start)
    say(f"Nguồn, cơ sở dữ liệu, DataStore và Solr như nhau; không gì kẹt, không gì phình ({took}).")
    return 0


if __name__ == "__main__":
    entry.run(main, made_for="ngâm")
