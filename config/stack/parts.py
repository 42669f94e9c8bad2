"""The parts of the running portal: how each is started, when it is ready, what makes it outdated."""

from __future__ import annotations

from stack import files, nginx, paths, portal, ports, postgres, probe, redis_server, solr, supervision
from stack.part import ENVIRONMENT, Part

SANDBOX = "sandbox"
WORKERS = ("worker", "worker-2")
NAMES = ("postgres", "redis", "solr", "web", "nginx", *WORKERS, "scheduler", SANDBOX)
SANDBOX_MODULE = "ckanext.hue.harvesters.sandbox"
CKAN_ENVIRONMENT = {**ENVIRONMENT, "CKAN_INI": str(paths.CKAN_INI)}


def postgres_part() -> Part:
    settings = files.fingerprint(postgres.SETTINGS, str(ports.load()["postgres"]))
    # INT is PostgreSQL's fast shutdown; the server itself ends its children
    return Part(
        "postgres",
        "PostgreSQL",
        postgres.server_command(),
        postgres.is_ready,
        settings,
        stop_signal="INT",
        stop_as_group=False,
    )


def redis_part() -> Part:
    settings = files.fingerprint(redis_server.SETTINGS, str(ports.load()["redis"]))
    return Part("redis", "Redis", redis_server.server_command(), redis_server.is_ready, settings)


def solr_part() -> Part:
    sources = [
        solr.POM,
        solr.SOURCE / "SolrServer.java",
        solr.SOURCE / "solr.xml",
        solr.SOURCE / "log4j2.xml",
    ]
    command = solr.server_command()
    return Part(
        "solr", "Solr", command, solr.is_ready, files.fingerprint(*command, *sources), ready_seconds=120
    )


def web_part() -> Part:
    """gunicorn's master passes the signal to stop on to its workers itself."""
    command = [
        *(str(paths.PYTHON), "-m", "gunicorn", "stack.wsgi:application"),
        *("--bind", f"{ports.HOST}:{ports.load()['ckan']}"),
        *("--workers", "2", "--worker-class", "gthread", "--threads", "4"),
        *("--timeout", "120", "--graceful-timeout", "20", "--keep-alive", "5"),
        *("--no-control-socket", "--access-logfile", "-"),
    ]
    return Part(
        "web",
        "CKAN",
        command,
        portal.answers,
        ckan_inputs(),
        environment=CKAN_ENVIRONMENT,
        ready_seconds=120,
        stop_as_group=False,
    )


def nginx_part() -> Part:
    return Part("nginx", "nginx", nginx.server_command(), nginx.is_ready, nginx.inputs(), stop_as_group=False)


def worker_part(name: str) -> Part:
    """The first signal to stop lets a running job end, the second one ends it."""
    return Part(
        name,
        f"Tiến trình nền {WORKERS.index(name) + 1}",
        portal.command("jobs", "worker"),
        lambda: worker_listens(name),
        ckan_inputs(),
        environment=CKAN_ENVIRONMENT,
        stop_as_group=False,
        patience=5,
    )


def worker_listens(name: str) -> bool:
    """Whether the worker that the supervisor started under this name is known to the queue."""
    pid = supervision.states().get(name, {}).get("pid")
    return bool(pid) and str(pid) in redis_server.worker_pids()


def scheduler_part() -> Part:
    return Part(
        "scheduler",
        "Bộ lập lịch",
        portal.command("hue", "scheduler"),
        scheduler_looks,
        ckan_inputs(),
        environment=CKAN_ENVIRONMENT,
        stop_as_group=False,
    )


def scheduler_looks() -> bool:
    """Whether a scheduler looked at what is due within the last minute."""
    sql = "SELECT 1 FROM hue_schedule WHERE name = 'scheduler' AND last_run > now() - interval '1 minute'"
    return bool(postgres.psql(sql, portal.MAIN.database).strip())


def sandbox_part() -> Part:
    port = ports.load()["sandbox"]
    command = [str(paths.PYTHON), "-m", SANDBOX_MODULE, "--port", str(port)]
    source = files.tree([paths.ROOT / "harvesters"], {".py", ".json", ".yaml"})
    return Part(SANDBOX, "Nền tảng Số hóa (mô phỏng)", command, sandbox_answers, files.fingerprint(*source))


def sandbox_url() -> str:
    """Return the address of the sandbox platform."""
    return f"http://{ports.HOST}:{ports.load()['sandbox']}"


def sandbox_answers() -> bool:
    """Whether the sandbox platform lists its tables."""
    try:
        return probe.get_json(f"{sandbox_url()}/danhmuc?trang=1&sobanghi=1").get("code") == 0
    except (OSError, ValueError):
        return False


def ckan_inputs() -> str:
    """Hash what CKAN's processes load at their start."""
    own = [paths.CKAN_INI, paths.ROOT / "requirements.lock", paths.CONFIG / "stack" / "wsgi.py"]
    return files.fingerprint(*own, *portal.code_files())


def servers() -> list[Part]:
    """Return the parts that CKAN stands on."""
    return [postgres_part(), redis_part(), solr_part()]


def applications(with_sandbox: bool) -> list[Part]:
    """Return CKAN's own parts, and the platform that it harvests."""
    own = [web_part(), nginx_part(), *map(worker_part, WORKERS), scheduler_part()]
    return [*own, *([sandbox_part()] if with_sandbox else [])]


def all_parts() -> list[Part]:
    """Return every part that the supervisor knows."""
    return [*servers(), *applications(with_sandbox=True)]
