"""What Tutor renders with the plugin enabled. Docker does not run here: what is rendered is read."""

import re
from typing import Any

import pytest
import yaml

from .conftest import Tutor

SENDER, BEAT = "kapasitas-deliver", "kapasitas-beat"


def test_enabling_saves_a_key_and_nothing_else(tutor: Tutor) -> None:
    """The key that protects the stored signing keys is made once; every other value stays a default."""
    ours = {name: value for name, value in tutor.config().items() if name.startswith("KAPASITAS")}
    assert ours.keys() == {"KAPASITAS_LTI_KEY"}
    assert re.fullmatch(r"\w{40}", ours["KAPASITAS_LTI_KEY"])


def test_two_hosts_have_different_keys(tutor: Tutor, fresh: Tutor) -> None:
    fresh.ok("plugins", "enable", "kapasitas")
    fresh.ok("config", "save")
    assert fresh.config()["KAPASITAS_LTI_KEY"] != tutor.config()["KAPASITAS_LTI_KEY"]


def test_saving_again_changes_nothing_and_prints_no_secret(tutor: Tutor) -> None:
    files = {path: path.read_bytes() for path in tutor.root.rglob("*") if path.is_file()}
    said = tutor.ok("config", "save")
    assert {path: path.read_bytes() for path in tutor.root.rglob("*") if path.is_file()} == files
    assert tutor.config()["KAPASITAS_LTI_KEY"] not in said


def test_the_image_gets_the_package_beside_what_it_has(tutor: Tutor) -> None:
    """The platform's own versions are the constraints; the plugin comes after them, before the assets."""
    dockerfile = tutor.text("build/openedx/Dockerfile")
    steps = [" ".join(step.split()) for step in re.sub(r"\\\n", " ", dockerfile).splitlines()]
    (ours,) = [number for number, step in enumerate(steps) if "'kapasitas==0.1.0'" in step]
    assert steps[ours].startswith("RUN --mount=type=cache,target=/openedx/.cache/pip,sharing=shared ")
    frozen, installed = steps[ours].split("sharing=shared ")[1].split(" && ")
    assert frozen == "$PIP_COMMAND freeze --exclude-editable > /tmp/kapasitas-constraints.txt"
    assert installed == "$PIP_COMMAND install --constraint /tmp/kapasitas-constraints.txt 'kapasitas==0.1.0'"
    assert next(n for n, step in enumerate(steps) if "edx/base.txt -r" in step) < ours
    assert ours < next(n for n, step in enumerate(steps) if "collectstatic" in step)


def test_the_lms_alone_gets_the_secret(tutor: Tutor) -> None:
    key = tutor.config()["KAPASITAS_LTI_KEY"]
    lms = yaml.safe_load(tutor.text("apps/openedx/config/lms.env.yml"))
    assert {name: value for name, value in lms.items() if name.startswith("KAPASITAS")} == {
        "KAPASITAS_LTI_KEY": key
    }
    holding = {
        str(path.relative_to(tutor.root / "env"))
        for path in (tutor.root / "env").rglob("*")
        if path.is_file() and key.encode() in path.read_bytes()
    }
    assert holding == {"apps/openedx/config/lms.env.yml"}


def test_every_rendered_settings_file_is_python(tutor: Tutor) -> None:
    files = sorted((tutor.root / "env/apps/openedx/settings").rglob("*.py"))
    assert files
    for file in files:
        compile(file.read_text(encoding="utf-8"), str(file), "exec")


def test_the_sender_is_a_service_that_comes_back(tutor: Tutor) -> None:
    """The LMS's image, settings and data; started again when it ends, and seen to turn."""
    services = tutor.yaml("local/docker-compose.yml")["services"]
    sender, lms = services[SENDER], services["lms"]
    assert sender["command"] == ["./manage.py", "lms", "deliver", "--alive", "/tmp/kapasitas-deliver"]
    assert sender["image"] == lms["image"]
    assert set(sender["volumes"]) < set(lms["volumes"])
    assert sender["environment"].items() < lms["environment"].items()
    assert sender["restart"] == "unless-stopped"
    assert sender["stop_grace_period"] == "2m"
    # A doubled dollar is a dollar to docker compose.
    assert sender["healthcheck"]["test"][-1] == 'test -n "$$(find /tmp/kapasitas-deliver -mmin -5)"'


def test_beat_is_one_service_of_production(tutor: Tutor) -> None:
    beat = tutor.yaml("local/docker-compose.prod.yml")["services"][BEAT]
    worker = tutor.yaml("local/docker-compose.prod.yml")["services"]["lms-worker"]
    assert beat["command"][:3] == ["celery", "--app=lms.celery", "beat"]
    assert (beat["image"], beat["environment"]) == (worker["image"], worker["environment"])
    assert set(beat["volumes"]) < set(worker["volumes"])
    assert BEAT not in tutor.yaml("local/docker-compose.yml")["services"]


def test_developers_get_the_sender_with_their_image_and_settings(tutor: Tutor) -> None:
    services = tutor.yaml("dev/docker-compose.yml")["services"]
    assert services[SENDER]["image"] == services["lms"]["image"] == "openedx-dev:22.0.3"
    assert services[SENDER]["environment"] == {"DJANGO_SETTINGS_MODULE": "lms.envs.tutor.development"}
    assert BEAT not in services


@pytest.mark.parametrize("name", [SENDER, BEAT])
def test_kubernetes_runs_one_of_each(tutor: Tutor, name: str) -> None:
    """As the LMS's worker, never two at a time, with time to finish a send."""
    deployments = deployments_of(tutor)
    ours, worker = deployments[name]["spec"], deployments["lms-worker"]["spec"]
    assert ours["replicas"] == 1
    assert ours["strategy"] == {"type": "Recreate"}
    assert ours["selector"]["matchLabels"] == ours["template"]["metadata"]["labels"]
    pod, workers_pod = ours["template"]["spec"], worker["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] == 120
    assert (pod["volumes"], pod["securityContext"]) == (
        workers_pod["volumes"],
        workers_pod["securityContext"],
    )
    (container,), (workers_container,) = pod["containers"], workers_pod["containers"]
    for what in ("image", "env", "volumeMounts", "securityContext"):
        assert container[what] == workers_container[what]


def test_kubernetes_restarts_a_sender_that_hangs(tutor: Tutor) -> None:
    (container,) = deployments_of(tutor)[SENDER]["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["./manage.py", "lms", "deliver", "--alive", "/tmp/kapasitas-deliver"]
    probe = container["livenessProbe"]
    assert probe["exec"]["command"] == ["sh", "-c", 'test -n "$(find /tmp/kapasitas-deliver -mmin -5)"']
    assert probe["initialDelaySeconds"] >= 60


def deployments_of(tutor: Tutor) -> dict[str, Any]:
    documents = yaml.safe_load_all(tutor.text("k8s/deployments.yml"))
    return {document["metadata"]["name"]: document for document in documents if document}
