"""Serve the platform: set up the database, register the tool, say who we are, wait for requests."""

import json
import os
import sys


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.peers.lti_consumer_platform.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from lti_consumer.models import Lti1p3Passport, LtiConfiguration
    from opaque_keys.edx.keys import UsageKey
    from waitress import serve

    tool = json.loads(os.environ["PEER_TOOL"])
    call_command("migrate", verbosity=0, interactive=False)
    passport = Lti1p3Passport.objects.create(lti_1p3_tool_keyset_url=tool["key_set_url"])
    LtiConfiguration.objects.create(
        version=LtiConfiguration.LTI_1P3,
        config_store=LtiConfiguration.CONFIG_ON_DB,
        location=UsageKey.from_string("block-v1:Peer+Diklat+1+type@lti_consumer+block@kursus"),
        lti_1p3_passport=passport,
        lti_1p3_oidc_url=tool["login_url"],
        lti_1p3_launch_url=tool["target_link_uri"],
        lti_1p3_redirect_uris=[tool["launch_url"]],
        lti_advantage_ags_mode=LtiConfiguration.LTI_ADVANTAGE_AGS_PROGRAMMATIC,
        lti_advantage_deep_linking_enabled=True,
        lti_advantage_deep_linking_launch_url=tool["deep_link_url"],
        lti_advantage_enable_nrps=True,
    )
    url = os.environ["PEER_URL"]
    api = f"{url}/api/lti_consumer/v1"
    registration = {
        "issuer": url,
        "client_id": passport.lti_1p3_client_id,
        "deployment_id": "1",
        "auth_login_url": f"{api}/launch/",
        "auth_token_url": f"{api}/token/{passport.passport_id}",
        "key_set_url": f"{api}/public_keysets/{passport.passport_id}",
    }
    # One line, which the runner waits for.
    print(json.dumps(registration), flush=True)
    serve(get_wsgi_application(), host="127.0.0.1", port=int(os.environ["PEER_PORT"]), threads=4, ident=None)


if __name__ == "__main__":
    sys.exit(main())
