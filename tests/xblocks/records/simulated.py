"""Learners who answer a bank's items by models that are known, in forms of their own. No real person."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from uuid import UUID

from django.contrib.auth import get_user_model

from xblocks.measurement.models import GeneralizedPartialCredit, ItemModel, TwoParameterLogistic
from xblocks.records.models import Official, Presentation, Response

NOW = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)
BLOCK = "block-v1:Contoh+SIM+2026+type@competency_assessment+block@{}"
CHOSEN = {2: (["b"], ["a"]), 3: (["d"], ["a"], ["a", "c"])}
FRACTIONS = {2: ("0", "1"), 3: ("0", "0.5", "1")}


def truths(choices: int = 24, parts: int = 6, seed: int = 5) -> dict[str, ItemModel]:
    """Models of so many items that are right or wrong, and with partial points, over the whole range."""
    random = Random(seed)
    found: dict[str, ItemModel] = {}
    for number in range(choices):
        b = -2.0 + 4.0 * number / (choices - 1)
        found[f"c{number:02}"] = TwoParameterLogistic(random.uniform(0.7, 1.9), b)
    for number in range(parts):
        b = -1.0 + 2.0 * number / max(parts - 1, 1)
        found[f"p{number:02}"] = GeneralizedPartialCredit(random.uniform(0.7, 1.5), (b - 0.6, b + 0.6))
    return found


def item_xml(id_: str, model: ItemModel, prompt: str = "", **attributes: str) -> str:
    """A single choice with the key a, or a multiple response with the key a and c."""
    kind, right = ("single_choice", "a") if model.categories == 2 else ("multiple_response", "ac")
    options = "".join(
        f'<option id="{one}"{" correct=" + chr(34) + "true" + chr(34) if one in right else ""}>{one}</option>'
        for one in "abcd"
    )
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f'<item id="{id_}" type="{kind}" competencies="gov.a" level="3"{more}>'
        f"<prompt>{prompt or id_}</prompt>{options}<source>Contoh</source><feedback>Contoh</feedback></item>"
    )


def bank_xml(items: Sequence[str], version: str = "1") -> str:
    return f'<item_bank id="sim" version="{version}" title="S" lang="id">{"".join(items)}</item_bank>'


def learners(count: int, *, first: int = 0) -> list[int]:
    """Accounts of officials: every other one a woman, two in three of an office in Java."""
    users = get_user_model().objects
    made = users.bulk_create(get_user_model()(username=f"sim{first + n:05}") for n in range(count))
    ids = list(
        users.filter(username__in=[one.username for one in made])
        .order_by("username")
        .values_list("pk", flat=True)
    )
    Official.objects.bulk_create(
        Official(
            user_id=pk,
            nip=f"19800101200501{1 + n % 2}{1 + n % 999:03}",
            office_code="33.01.01" if n % 3 else "64.01.01",
        )
        for n, pk in enumerate(ids)
    )
    return ids


def answer(
    ids: Sequence[int],
    models: Mapping[str, ItemModel],
    *,
    form: int,
    version: str = "1",
    seed: int = 9,
    mean: float = 0.0,
    unfair: str = "",
    block: str = "uji",
) -> None:
    """Let each learner answer ``form`` items drawn at random; women find the ``unfair`` one far harder."""
    random = Random(seed)
    shown, given = [], []
    for n, pk in enumerate(ids):
        theta = random.gauss(mean, 1.0)
        for id_ in random.sample(sorted(models), form):
            model = models[id_]
            at = theta - 1.5 if id_ == unfair and n % 2 else theta
            category = random.choices(range(model.categories), model.category_probs(at))[0]
            place = {"user_id": pk, "usage_key": BLOCK.format(block), "attempt": 1, "item_id": id_}
            shown.append(Presentation(bank_id="sim", bank_version=version, shown_at=NOW, **place))
            given.append(
                Response(
                    client_uuid=UUID(int=random.getrandbits(128)),
                    response={"chosen": _chosen(model.categories, category, n)},
                    fraction=Decimal(FRACTIONS[model.categories][category]),
                    points=Decimal(FRACTIONS[model.categories][category]),
                    **place,
                )
            )
    Presentation.objects.bulk_create(shown, batch_size=2000)
    Response.objects.bulk_create(given, batch_size=2000)


def _chosen(categories: int, category: int, n: int) -> list[str]:
    if categories == 2 and category == 0:
        return ["bcd"[n % 3]]
    return CHOSEN[categories][category]
