"""The tables of a run: platforms, targets, and learners as their launches would have left them."""

from collections.abc import Sequence

from benchmarks.progress import COURSE_KEY
from benchmarks.rig import SCOPES

from . import truth

__all__ = ["CLIENT_ID", "TARGETS", "fill"]

CLIENT_ID = "kapasitas"
# Resource links of each platform, in contexts of their own.
TARGETS = 3
BATCH = 1000


def fill(platform_urls: Sequence[str], learners: int) -> None:
    """Register the platforms, and spread the learners over their targets."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from lti_bridge.keys import create_key
    from lti_bridge.models import Deployment, Enrolment, LinkedAccount, Platform, ReportTarget
    from lti_bridge.models.digests import digest

    create_key()
    truth.create()
    targets: list[tuple[Platform, ReportTarget]] = []
    for number, url in enumerate(platform_urls):
        platform = Platform.objects.create(
            name=f"SIMPEG Contoh {number}",
            issuer=url,
            client_id=CLIENT_ID,
            auth_login_url=f"{url}/auth",
            auth_token_url=f"{url}/token",
            key_set_url=f"{url}/keys",
        )
        deployment = Deployment.objects.create(platform=platform, deployment_id="1")
        for context in range(TARGETS):
            target = ReportTarget.objects.create(
                deployment=deployment,
                resource_link_id=f"tautan-{context}",
                course_key=COURSE_KEY,
                context_id=str(context),
                lineitems_url=f"{url}/c/{context}/lineitems",
                scopes=list(SCOPES),
            )
            targets.append((platform, target))
    User.objects.bulk_create([User(username=f"demo{one}") for one in range(learners)], batch_size=BATCH)
    user_ids = list(User.objects.order_by("pk").values_list("pk", flat=True))
    # bulk_create calls no save(): the digest is ours to set.
    LinkedAccount.objects.bulk_create(
        [
            LinkedAccount(
                platform=targets[number % len(targets)][0],
                sub=f"orang-{number}",
                sub_digest=digest(f"orang-{number}"),
                user_id=user_id,
            )
            for number, user_id in enumerate(user_ids)
        ],
        batch_size=BATCH,
    )
    accounts = LinkedAccount.objects.order_by("user_id")
    Enrolment.objects.bulk_create(
        [
            Enrolment(target=targets[number % len(targets)][1], account=account, launched_at=timezone.now())
            for number, account in enumerate(accounts)
        ],
        batch_size=BATCH,
    )
    truth.enter(user_ids)
