"""A bank, learners who answer it by a known model, and a calibration of their answers. No real person."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import floor
from random import Random
from statistics import fmean, pstdev
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from xblocks.competency.calibration_report import SCHEMA
from xblocks.measurement.ability import Answer, eap
from xblocks.measurement.classical import alpha, distractors, item_statistics, sem
from xblocks.measurement.dif import mantel_haenszel
from xblocks.measurement.models import GeneralizedPartialCredit, ItemModel, TwoParameterLogistic
from xblocks.olx.fingerprint import fingerprint
from xblocks.records.api import bank_items, load_bank
from xblocks.records.models import Calibration, ItemParameters, Presentation, Response

PROMPTS = (
    "Apa kedudukan kelurahan menurut peraturan?",
    "Siapa yang menetapkan pelimpahan sebagian kewenangan kepada camat?",
    "Berapa hari kerja paling lama keputusan permohonan ditetapkan?",
    "Dari mana anggaran sarana kelurahan dibiayai?",
    "Apa yang dilakukan bila pengaduan tidak berkadar pengawasan?",
)
COMPETENCIES = ("gov.kelembagaan", "gov.pendanaan", "gov.kewenangan", "gov.pelayanan")
BLOCK = "block-v1:Contoh+SIM+2026+type@competency_assessment+block@uji"
SHARES = {2: ("0", "1"), 3: ("0", "0.5", "1")}


@dataclass(frozen=True, slots=True)
class Truth:
    """An item as it was simulated."""

    id: str
    level: int
    model: ItemModel

    @property
    def categories(self) -> int:
        return self.model.categories


def truths(items: int = 40, seed: int = 7) -> list[Truth]:
    """Items spread over the levels; each tenth has partial points, one has a reversed key, one is weak."""
    random = Random(seed)
    found = []
    for number in range(1, items + 1):
        level = 1 + (number - 1) % 5
        b = level - 3 + random.uniform(-0.7, 0.7)
        a = random.uniform(0.7, 1.9)
        model: ItemModel = TwoParameterLogistic(a, b)
        if number % 10 == 0:
            model = GeneralizedPartialCredit(a, (b - 0.4, b + 0.4))
        found.append(Truth(f"sim-{number:02}", level, model))
    return found


def bank_xml(found: Sequence[Truth], version: str = "1") -> str:
    """The bank's source."""
    items = "".join(map(_item_xml, found))
    return f'<item_bank id="simulasi" version="{version}" title="Bank simulasi" lang="id">{items}</item_bank>'


def _item_xml(truth: Truth) -> str:
    number = int(truth.id.split("-")[1])
    kind = "multiple_response" if truth.categories == 3 else "single_choice"
    options = "".join(
        f'<option id="{id_}"{right}>{text}</option>'
        for id_, right, text in (
            ("a", ' correct="true"', "Pilihan menurut peraturan"),
            ("b", ' correct="true"' if truth.categories == 3 else "", "Pilihan yang mirip"),
            ("c", "", "Pilihan yang sering keliru"),
            ("d", "", "Pilihan yang jauh"),
        )
    )
    return (
        f'<item id="{truth.id}" type="{kind}" level="{truth.level}"'
        f' competencies="{COMPETENCIES[number % 4]}">'
        f"<prompt><p>{PROMPTS[number % 5]} (soal simulasi {number})</p></prompt>{options}"
        "<source>Contoh Pasal 1</source><feedback><p>Contoh.</p></feedback></item>"
    )


@dataclass(frozen=True, slots=True)
class Answers:
    """Categories, a row a learner, and the learners' true abilities."""

    thetas: list[float]
    rows: list[list[int]]


def answers(found: Sequence[Truth], learners: int = 600, seed: int = 11) -> Answers:
    random = Random(seed)
    thetas = [random.gauss(0.0, 1.0) for _number in range(learners)]
    rows = []
    for theta in thetas:
        row = [random.choices(range(one.categories), one.model.category_probs(theta))[0] for one in found]
        # The fifth item's key is wrong, the seventh is answered by chance.
        row[4] = 1 - row[4]
        row[6] = int(random.random() < 0.3)
        rows.append(row)
    return Answers(thetas, rows)


def make_learners(given: Answers, found: Sequence[Truth]) -> list[int]:
    """Store accounts and their answers; return the accounts' ids."""
    accounts = get_user_model().objects
    accounts.bulk_create(get_user_model()(username=f"peserta{n:03}") for n in range(len(given.rows)))
    ids = list(accounts.filter(username__startswith="peserta").order_by("pk").values_list("pk", flat=True))
    Response.objects.bulk_create(
        [
            Response(
                user_id=user_id,
                usage_key=BLOCK,
                attempt=1,
                item_id=truth.id,
                client_uuid=uuid.uuid4(),
                response={"chosen": _chosen(truth, category, n)},
                fraction=SHARES[truth.categories][category],
                points=SHARES[truth.categories][category],
            )
            for n, (user_id, row) in enumerate(zip(ids, given.rows, strict=True))
            for truth, category in zip(found, row, strict=True)
        ],
        batch_size=5000,
    )
    Presentation.objects.bulk_create(
        [
            Presentation(
                user_id=user_id,
                usage_key=BLOCK,
                attempt=1,
                bank_id="simulasi",
                bank_version="1",
                item_id=truth.id,
                shown_at=timezone.now(),
            )
            for user_id in ids
            for truth in found
        ],
        batch_size=5000,
    )
    return ids


def _chosen(truth: Truth, category: int, n: int) -> list[str]:
    if truth.categories == 3:
        return [["c"], ["a"], ["a", "b"]][category]
    return ["a"] if category else [("b", "b", "c", "d")[(n + n // 7) % 4]]


def load(found: Sequence[Truth]) -> str:
    return load_bank(bank_xml(found))


def calibration(
    found: Sequence[Truth], given: Answers, *, number: int = 1, shift: float = 0.0, **fields: Any
) -> Calibration:
    """Store a calibration of the answers with the true parameters, as a run would have found them."""
    items = bank_items("simulasi@1")
    row = Calibration.objects.create(
        bank_id="simulasi",
        number=number,
        family="2PL",
        persons=len(given.rows),
        log_likelihood=-12345.6,
        report=report(found, given),
        link=fields.pop(
            "link", {"method": "none", "to": None, "slope": 1.0, "intercept": 0.0, "anchors": []}
        ),
        **fields,
    )
    ItemParameters.objects.bulk_create(
        ItemParameters(
            calibration=row,
            item_id=one.id,
            fingerprint=fingerprint(items[one.id]),
            model="GPCM" if one.categories == 3 else "2PL",
            a=one.model.a,  # type: ignore[attr-defined]
            c=0.0,
            steps=[step + shift for step in _steps(one.model)],
            errors={"a": 0.12, "steps": [0.09] * len(_steps(one.model)), "c": None},
            answers=len(given.rows),
            standing="operational" if len(given.rows) >= 300 else "provisional",
        )
        for one in found
    )
    return row


def _steps(model: Any) -> list[float]:
    return list(model.steps) if hasattr(model, "steps") else [model.b]


def report(found: Sequence[Truth], given: Answers) -> dict[str, Any]:
    """The report as a run would write it."""
    shares = [
        [category / (one.categories - 1) for one, category in zip(found, row, strict=True)]
        for row in given.rows
    ]
    totals = [sum(row) for row in shares]
    statistics = item_statistics(shares)
    reliability = alpha(shares)
    estimates = [
        eap([Answer(one.model, category) for one, category in zip(found, row, strict=True)])
        for row in given.rows
    ]
    order = sorted(range(len(totals)), key=lambda n: estimates[n].theta)
    fifths = [order[len(order) * k // 5 : len(order) * (k + 1) // 5] for k in range(5)]
    tenths = [order[len(order) * k // 10 : len(order) * (k + 1) // 10] for k in range(10)]
    bins: dict[float, list[float]] = {}
    for one in estimates:
        bins.setdefault(round(floor(one.theta * 10) / 10 + 0.05, 2), []).append(one.se)
    now = datetime(2026, 11, 20, 3, tzinfo=UTC).isoformat()
    items = []
    for j, (truth, found_) in enumerate(zip(found, statistics, strict=True)):
        column = [row[j] for row in shares]
        items.append(
            {
                "id": truth.id,
                "type": "multiple_response" if truth.categories == 3 else "single_choice",
                "competencies": [COMPETENCIES[(j + 1) % 4]],
                "level": truth.level,
                "status": "live",
                "answers": len(column),
                "p": round(found_.p, 6),
                "item_total": found_.item_total,
                "item_rest": found_.item_rest,
                "options": _options(truth, j, given, totals, fifths) if truth.categories == 2 else [],
                "infit": 1.0 + 0.02 * (j % 5),
                "outfit": 1.6 if j == 6 else 0.98,
                "points": [
                    {
                        "theta": round(fmean(estimates[n].theta for n in tenth), 3),
                        "share": round(fmean(column[n] for n in tenth), 3),
                        "persons": len(tenth),
                    }
                    for tenth in tenths
                ],
                "shown": len(column),
                "exposure": 0.55 if j == 2 else 0.25,
            }
        )
    return {
        "schema": SCHEMA,
        "bank": "simulasi@1",
        "persons": len(given.rows),
        "answers": sum(map(len, given.rows)),
        "first_answer": now,
        "last_answer": now,
        "passes": 31,
        "items": items,
        "left_out": [{"id": "sim-99", "answers": 12, "reason": "too_few"}],
        "alpha": round(reliability, 6),
        "sem": round(sem(pstdev(totals), reliability), 6),
        "complete": len(given.rows),
        "q3": [{"first": found[0].id, "second": found[1].id, "q3": 0.31}],
        "splits": [
            {
                "split": "gender",
                "reference": "men",
                "focal": "women",
                "reference_persons": len(given.rows) // 2,
                "focal_persons": len(given.rows) - len(given.rows) // 2,
                "tested": True,
            },
            {
                "split": "region",
                "reference": "java",
                "focal": "outside_java",
                "reference_persons": len(given.rows) - 40,
                "focal_persons": 40,
                "tested": False,
            },
        ],
        "dif": _dif(found, given, totals),
        "abilities": [
            {"theta": theta, "se": round(fmean(errors), 4), "persons": len(errors)}
            for theta, errors in sorted(bins.items())
        ],
        "attempts": len(given.rows),
    }


def _options(
    truth: Truth, j: int, given: Answers, totals: Sequence[float], fifths: Sequence[Sequence[int]]
) -> list[dict[str, Any]]:
    chosen = [_chosen(truth, row[j], n)[0] for n, row in enumerate(given.rows)]
    rest = [total - row[j] for total, row in zip(totals, given.rows, strict=True)]
    drawn = distractors(chosen, rest, "abcd")
    return [
        {
            "id": id_,
            "right": id_ == "a",
            "chosen": one.chosen,
            "share": one.share,
            "correlation": one.correlation,
            "fifths": [fmean(float(chosen[n] == id_) for n in fifth) for fifth in fifths],
        }
        for id_, one in drawn.items()
    ]


def _dif(found: Sequence[Truth], given: Answers, totals: Sequence[float]) -> list[dict[str, Any]]:
    """Mantel-Haenszel between every other learner; the fourth item is made unfair on top."""
    rows = []
    for j, truth in enumerate(found):
        if truth.categories != 2:
            continue
        strata: dict[int, list[list[int]]] = {}
        for n, row in enumerate(given.rows):
            right = row[j] if not (j == 3 and n % 2 and n % 3) else 0
            strata.setdefault(int(totals[n]), [[0, 0], [0, 0]])[n % 2][1 - right] += 1
        tested = mantel_haenszel(strata.values())
        rows.append({"item": truth.id, "split": "gender", **tested._asdict()})
    return rows


def world(learners: int = 120, items: int = 12) -> tuple[list[Truth], Answers, list[int], Calibration]:
    """A loaded bank, learners with answers, and a calibration in use."""
    found = truths(items)
    load(found)
    given = answers(found, learners)
    ids = make_learners(given, found)
    return found, given, ids, calibration(found, given, activated_at=timezone.now())
